// io_uring: a second way to make calls, which no filter sees.
#include "places.h"

int attack(int count, char **arguments) {
    static char parameters[256];
    long ring = syscall(SYS_io_uring_setup, 1, parameters);
    say("setup", ring);
    say("enter", syscall(SYS_io_uring_enter, ring, 0, 0, 0, 0, 0));
    say("register", syscall(SYS_io_uring_register, ring, 12, 0, 0));
    return 0;
}
