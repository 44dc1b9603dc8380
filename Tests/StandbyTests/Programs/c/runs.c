/* Several inputs in one jail, after one compilation. */
#include <stdio.h>

int main(int count, char **words) {
    printf("%d %s %d\n", count, words[count - 1], getchar());
    rename("main.c", "moved");
    return count;
}
