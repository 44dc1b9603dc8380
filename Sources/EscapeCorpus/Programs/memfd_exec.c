// A program without a path: it runs itself again from memory, and makes its attempts there.
#include "places.h"
#include <linux/sched.h>
#include <sys/mman.h>

static void from_memory(void) {
    static char parameters[256];
    puts("runs from memory=yes");
    fflush(stdout);
    TRY(unshare, CLONE_NEWUSER);
    TRY(open_tree, AT_FDCWD, "/", 0);
    TRY(io_uring_setup, 1, parameters);
    TRY(kcmp, getpid(), getpid(), 0, 0, 0);
    TRY(userfaultfd, 1);
}

int attack(int count, char **arguments) {
    static char piece[1 << 16];
    if (count > 1 && !strcmp(arguments[1], "again")) return from_memory(), 0;
    int own = open("/proc/self/exe", O_RDONLY);
    int memory = memfd_create("attack", 0);
    for (ssize_t size; (size = read(own, piece, sizeof piece)) > 0;)
        if (write(memory, piece, size) != size) return 3;
    close(own);
    char *again[] = {"memory", "program", "again", NULL}, *nothing[] = {NULL};
    syscall(SYS_execveat, memory, "", again, nothing, AT_EMPTY_PATH);
    return 4;
}
