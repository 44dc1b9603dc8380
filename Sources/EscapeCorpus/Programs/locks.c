// Makes file locks, in ways of which some are hard to count. To close a file, the kernel looks at
// every lock on it, after SIGKILL and past every clock. locks KIND N
//   process      one process, a byte each
//   middle       the same, each in the middle of another lock
//   children     eight processes with a part each
//   tables       eight threads with a descriptor table and a part each, their first thread gone
//   hopper       a process that shares its table of descriptors with its parent
//   open-file    an open file's own, a byte each
//   mapped       one for each of many open files, whose descriptors are closed
//   two-faced    the memory that the call points to says unlock whenever somebody else looks
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int most;

static int file(void) {
    int found = open("locked", O_RDWR | O_CREAT, 0600);
    if (found < 0) exit(3);
    return found;
}

static int lock(int descriptor, int command, int type, long start, long length) {
    struct flock lock = {
        .l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = length,
    };
    return fcntl(descriptor, command, &lock) ? errno : 0;
}

static int bytes(int command, int first, int count) {
    int descriptor = file(), error = 0;
    // Not one beside the other, or they would become one.
    for (int at = first; at < first + count && !error; at++)
        error = lock(descriptor, command, F_RDLCK, 2 * at, 1);
    return error;
}

static int middle(void) {
    int descriptor = file(), error = lock(descriptor, F_SETLK, F_RDLCK, 0, 0);
    for (int at = 0; at < most && !error; at += 2)
        error = lock(descriptor, F_SETLK, F_WRLCK, 2 * at + 1, 1);
    return error;
}

static int children(void) {
    int ends[2], error = 0, worst = 0;
    pid_t started[8];
    if (pipe(ends)) return errno;
    for (int child = 0; child < 8; child++) {
        if ((started[child] = fork())) continue;
        int result = bytes(F_SETLK, child * most, most / 8);
        if (write(ends[1], &result, sizeof result) < 0) _exit(1);
        pause();
    }
    for (int child = 0; child < 8; child++)
        if (read(ends[0], &error, sizeof error) > 0 && error) worst = error;
    for (int child = 0; child < 8; child++)
        if (started[child] > 0) kill(started[child], SIGKILL);
    return worst;
}

static int hopper(void) {
    pid_t child = syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
    if (child < 0) return errno;
    if (child == 0) _exit(bytes(F_SETLK, 0, most));
    int status;
    return waitpid(child, &status, 0) == child ? WEXITSTATUS(status) : errno;
}

static pthread_barrier_t done;
static int table_errors[8];

static void *table(void *number) {
    int *error = number;
    // Not all of a process's threads must have the same descriptors.
    if (syscall(SYS_close_range, 100, 100, CLOSE_RANGE_UNSHARE)) *error = errno;
    if (!*error) *error = bytes(F_SETLK, 0, most / 8);
    pthread_barrier_wait(&done);
    return NULL;
}

static void *tables(void *unused) {
    pthread_t threads[8];
    for (int at = 0; at < 8; at++) pthread_create(&threads[at], NULL, table, &table_errors[at]);
    pthread_barrier_wait(&done);
    int worst = 0;
    for (int at = 0; at < 8; at++)
        if (table_errors[at]) worst = table_errors[at];
    printf("locks=%s\n", worst ? strerrorname_np(worst) : "ok");
    fflush(stdout);
    _exit(0);
    return unused;
}

static int mapped(void) {
    int error = 0;
    for (int at = 0; at < most && !error; at++) {
        int descriptor = file();
        error = flock(descriptor, LOCK_SH) ? errno : 0;
        if (!error && mmap(NULL, 1, PROT_READ, MAP_SHARED, descriptor, 0) == MAP_FAILED)
            error = errno;
        close(descriptor);
    }
    return error;
}

static struct flock faces = {.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_len = 1};

static void *turn(void *unused) {
    for (;;) {
        *(volatile short *)&faces.l_type = F_UNLCK;
        *(volatile short *)&faces.l_type = F_RDLCK;
    }
    return unused;
}

static int two_faced(void) {
    pthread_t other;
    int descriptor = file(), error = 0;
    pthread_create(&other, NULL, turn, NULL);
    for (int at = 0; at < 4 * most && !error; at++) {
        faces.l_start = 2 * at;
        error = fcntl(descriptor, F_OFD_SETLK, &faces) ? errno : 0;
    }
    return error;
}

int main(int count, char **arguments) {
    if (count < 3) return 2;
    const char *kind = arguments[1];
    most = atoi(arguments[2]);
    int error = 0;
    if (!strcmp(kind, "tables")) {
        pthread_t first;
        pthread_barrier_init(&done, NULL, 9);
        pthread_create(&first, NULL, tables, NULL);
        pthread_exit(NULL);
    }
    if (!strcmp(kind, "process")) error = bytes(F_SETLK, 0, most);
    if (!strcmp(kind, "middle")) error = middle();
    if (!strcmp(kind, "children")) error = children();
    if (!strcmp(kind, "hopper")) error = hopper();
    if (!strcmp(kind, "open-file")) error = bytes(F_OFD_SETLK, 0, most);
    if (!strcmp(kind, "mapped")) error = mapped();
    if (!strcmp(kind, "two-faced")) error = two_faced();
    printf("locks=%s\n", error ? strerrorname_np(error) : "ok");
    return 0;
}
