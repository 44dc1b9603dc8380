// unsupported abort|flood|foreign: makes a refused call and reacts in the worst way.
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int count, char **arguments) {
    if (count < 2) return 2;
    if (!strcmp(arguments[1], "abort")) {
        if (syscall(SYS_inotify_init1, 0) < 0) abort();
    }
    if (!strcmp(arguments[1], "flood")) {
        int wrong = 0;
        for (int round = 0; round < 1000; round++)
            for (int number = 600; number < 620; number++)
                if (syscall(number) != -1 || errno != ENOSYS) wrong++;
        printf("wrong=%d\n", wrong);
    }
#ifdef __x86_64__
    if (!strcmp(arguments[1], "foreign")) {
        long result;
        __asm__ volatile("int $0x80" : "=a"(result) : "a"(20) : "memory");
        printf("result=%ld\n", result);
    }
#endif
}
