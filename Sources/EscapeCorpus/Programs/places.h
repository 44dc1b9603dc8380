// The places of an attack: the program's only thread, another thread, or a grandchild in its own
// session whose parent is gone. A program that includes this file defines attack() in place of
// main(); its first argument names the place. build.sh also makes a library of it, which places.py
// calls from Python.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int attack(int count, char **arguments);

// Prints the outcome of an attempt in one line, name=ok or name=ERRNO; every program uses it.
static inline void say(const char *name, long result) {
    const char *error = result >= 0 ? "ok" : strerrorname_np(errno);
    printf("%s=%s\n", name, error ? error : "?");
    fflush(stdout);
}

#define TRY(number, ...) say(#number, syscall(SYS_##number, ##__VA_ARGS__))

// Calls that Debian's headers lack; from open_tree on, numbers are the same everywhere.
#define NUMBER_STATMOUNT 457
#define NUMBER_LISTMOUNT 458

#ifndef LOADED
static int own_count;
static char **own_arguments;

static void *in_thread(void *unused) {
    attack(own_count, own_arguments);
    return unused;
}

static int in_grandchild(void) {
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);  // so that there is somebody to wait for it
    if (fork() == 0) {
        setsid();
        pid_t orphan = fork();
        if (orphan) _exit(orphan < 0);
        int result = attack(own_count, own_arguments);
        fflush(stdout);
        _exit(result);
    }
    int status, worst = 0;
    while (wait(&status) > 0)
        if (status) worst = 1;
    return worst;
}

int main(int count, char **arguments) {
    if (count < 2) return 2;
    own_count = count - 1;
    own_arguments = arguments + 1;
    if (!strcmp(arguments[1], "grandchild")) return in_grandchild();
    if (strcmp(arguments[1], "thread")) return attack(own_count, own_arguments);
    pthread_t thread;
    return pthread_create(&thread, NULL, in_thread, NULL) || pthread_join(thread, NULL);
}
#endif
