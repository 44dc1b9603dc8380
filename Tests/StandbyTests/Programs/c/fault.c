/* A fault, after output that is flushed and some that is not. */
#include <stdio.h>

int main(void) {
    puts("flushed");
    fflush(stdout);
    puts("lost");
    return *(volatile int *)8;
}
