// The kernel reads 32 bits of these arguments, and a filter that compares 64 bits lets the rest
// through. Repeats each forbidden value with higher bits that the kernel ignores.
#include "places.h"
#include <linux/futex.h>
#include <linux/sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

static const unsigned long above = 0x100000000, all_above = 0xffffffff00000000;

static void twice(const char *name, long number, int place, unsigned long value, long last) {
    char text[64];
    for (int turn = 0; turn < 2; turn++) {
        unsigned long high = value | (turn ? all_above : above);
        long first = place == 0 ? high : -1, second = place == 1 ? high : (unsigned long)last;
        snprintf(text, sizeof text, "%s %d", name, turn + 1);
        say(text, syscall(number, first, second, place == 1 ? last : 0, 0, 0, 0));
    }
}

int attack(int count, char **arguments) {
    static int word;
    char typed = 'x';
    twice("ioctl TIOCSTI", SYS_ioctl, 1, TIOCSTI, (long)&typed);
    twice("ioctl TIOCLINUX", SYS_ioctl, 1, 0x541C, (long)&typed);
    twice("fcntl F_SETLEASE", SYS_fcntl, 1, F_SETLEASE, F_WRLCK);
    twice("fcntl F_NOTIFY", SYS_fcntl, 1, F_NOTIFY, 1);
    twice("prctl PR_SET_MM", SYS_prctl, 0, PR_SET_MM, 1);
    twice("prctl PR_SET_SECCOMP", SYS_prctl, 0, PR_SET_SECCOMP, 99);
    twice("prctl PR_SET_SYSCALL_USER_DISPATCH", SYS_prctl, 0, 59, 99);
    for (int turn = 0; turn < 2; turn++) {
        unsigned long high = turn ? all_above : above;
        char text[64];
        snprintf(text, sizeof text, "futex FUTEX_LOCK_PI %d", turn + 1);
        say(text, syscall(SYS_futex, &word, high | FUTEX_LOCK_PI, 0, 0, 0, 0));
        word = 0;
        snprintf(text, sizeof text, "socket AF_NETLINK %d", turn + 1);
        say(text, syscall(SYS_socket, high | AF_NETLINK, SOCK_RAW, 0));
        snprintf(text, sizeof text, "socket AF_INET SOCK_RAW %d", turn + 1);
        say(text, syscall(SYS_socket, high | AF_INET, high | SOCK_RAW, high | 1));
        snprintf(text, sizeof text, "clone user %d", turn + 1);
        long child = syscall(SYS_clone, high | CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
        if (child == 0) _exit(0);
        say(text, child);
        if (child > 0) waitpid(child, NULL, 0);
    }
    return 0;
}
