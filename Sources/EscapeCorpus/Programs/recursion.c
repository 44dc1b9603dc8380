// recursion BYTES: recurses until its stack is exactly that deep, from the stack's end.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FRAME = 4096 };

static uintptr_t stack_end(void) {
    char line[512];
    uintptr_t start, end = 0;
    FILE *maps = fopen("/proc/self/maps", "r");
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL)
        if (strstr(line, "[stack]") != NULL) sscanf(line, "%lx-%lx", &start, &end);
    return end;
}

static int recurse(uintptr_t lowest) {
    volatile char frame[FRAME];
    frame[0] = 1;
    if ((uintptr_t)frame > lowest + 2 * FRAME) return recurse(lowest) + frame[0];
    *(volatile char *)lowest = 1;
    return frame[0];
}

int main(int count, char **arguments) {
    uintptr_t end = stack_end();
    if (count < 2 || end == 0) return 2;
    if (recurse(end - strtoul(arguments[1], NULL, 10)) == 0) return 3;
    puts("returned=ok");
}
