/* Several sources, a header, a file that is read, and standard input. */
#include <stdio.h>

#include "lib/square.h"

int main(void) {
    int number, sum = 0;
    while (scanf("%d", &number) == 1) sum += square(number);
    char line[64];
    printf("%d %s", sum, fgets(line, sizeof line, fopen("data.txt", "r")));
    return sum == 14 ? 3 : 4;
}
