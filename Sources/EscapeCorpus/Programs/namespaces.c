// Makes namespaces, which open the kernel's least tested code to everybody.
#include "places.h"
#include <linux/sched.h>
#include <sched.h>

static void try_clone(const char *name, unsigned long flags) {
    long child = syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);
    if (child == 0) _exit(0);
    say(name, child);
    if (child > 0) waitpid(child, NULL, 0);
}

static void *nothing(void *unused) { return unused; }

int attack(int count, char **arguments) {
    static const struct { const char *name; unsigned long flag; } kinds[] = {
        {"user", CLONE_NEWUSER}, {"mnt", CLONE_NEWNS}, {"pid", CLONE_NEWPID},
        {"net", CLONE_NEWNET}, {"ipc", CLONE_NEWIPC}, {"uts", CLONE_NEWUTS},
        {"cgroup", CLONE_NEWCGROUP}, {"time", CLONE_NEWTIME},
    };
    char name[64];
    for (size_t at = 0; at < sizeof kinds / sizeof *kinds; at++) {
        snprintf(name, sizeof name, "clone %s", kinds[at].name);
        try_clone(name, kinds[at].flag);
        snprintf(name, sizeof name, "clone user and %s", kinds[at].name);
        try_clone(name, kinds[at].flag | CLONE_NEWUSER);
        pid_t child = fork();
        if (child == 0) {
            snprintf(name, sizeof name, "unshare %s", kinds[at].name);
            say(name, syscall(SYS_unshare, kinds[at].flag));
            snprintf(name, sizeof name, "/proc/self/ns/%s", kinds[at].name);
            int space = open(name, O_RDONLY | O_CLOEXEC);
            snprintf(name, sizeof name, "setns %s", kinds[at].name);
            say(name, syscall(SYS_setns, space, 0));
            _exit(0);
        }
        waitpid(child, NULL, 0);
    }
    struct clone_args plain = {.exit_signal = SIGCHLD};
    long child = syscall(SYS_clone3, &plain, sizeof plain);
    if (child == 0) _exit(0);
    say("clone3", child);
    if (child > 0) waitpid(child, NULL, 0);
    // Honest threads still start.
    pthread_t thread;
    errno = pthread_create(&thread, NULL, nothing, NULL);
    say("thread", errno ? -1 : pthread_join(thread, NULL));
    return 0;
}
