// spawn processes|threads|vfork N: starts as many as it can, and keeps all of them.
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static void *wait_here(void *unused) {
    pause();
    return unused;
}

static int start(const char *kind) {
    if (!strcmp(kind, "threads")) {
        pthread_t thread;
        pthread_attr_t small;
        pthread_attr_init(&small);
        pthread_attr_setstacksize(&small, 1 << 16);
        return pthread_create(&thread, &small, wait_here, NULL);
    }
    pid_t child = strcmp(kind, "vfork") ? fork() : vfork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);  // so that the control leaves nothing behind
        execl("/bin/sleep", "sleep", "600", (char *)NULL);
        _exit(1);
    }
    return child < 0 ? errno : 0;
}

int main(int count, char **arguments) {
    int most = count > 2 ? atoi(arguments[2]) : 0;
    int started = 0, error = 0;
    while (started < most && !(error = start(arguments[1]))) started++;
    printf("started=%d\nend=%s\n", started, error == 0 ? "ok" : error == EAGAIN ? "EAGAIN" : "?");
    fflush(stdout);
    _exit(0);
}
