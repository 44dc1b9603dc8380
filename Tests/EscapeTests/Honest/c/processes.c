// Processes: fork, exec, posix_spawn, popen, wait, and signals between them.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int code(pid_t process) {
    int status;
    if (waitpid(process, &status, 0) != process) return -errno;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static int cloned(void *argument) { return *(int *)argument; }

int main(void) {
    pid_t process = fork();
    if (process == 0) _exit(3);
    printf("fork %d\n", code(process));
    process = vfork();
    if (process == 0) {
        execl("/bin/sh", "sh", "-c", "exit 4", NULL);
        _exit(127);
    }
    printf("vfork %d\n", code(process));

    char *words[] = {"sh", "-c", "read line; test \"$line\" = hello", NULL};
    int pipe[2];
    if (pipe2(pipe, O_CLOEXEC)) return 1;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipe[0], 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
    int failed = posix_spawnp(&process, "sh", &actions, &attributes, words, environ);
    if (write(pipe[1], "hello\n", 6) != 6) return 1;
    printf("posix_spawn %d %d\n", failed, code(process));

    char text[16] = "";
    FILE *stream = popen("echo through popen | cut -d' ' -f2", "r");
    if (!fgets(text, sizeof text, stream)) return 1;
    printf("popen %s", text);
    printf("pclose %d system %d\n", pclose(stream), WEXITSTATUS(system("exit 6")));

    process = fork();
    if (process == 0) for (;;) pause();
    kill(process, SIGSTOP);
    siginfo_t info;
    waitid(P_PID, process, &info, WSTOPPED);
    printf("stopped %d", info.si_code == CLD_STOPPED);
    kill(process, SIGCONT);
    waitid(P_PID, process, &info, WCONTINUED);
    kill(process, SIGKILL);
    printf(" continued %d killed %d\n", info.si_code == CLD_CONTINUED, code(process) - 1000);

    char *stack = mmap(NULL, 1 << 16, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int value = 8;
    process = clone(cloned, stack + (1 << 16), CLONE_VM | SIGCHLD, &value);
    printf("clone %d\n", code(process));

    process = fork();
    if (process == 0) {
        volatile int *nowhere = NULL;
        *nowhere = 1;
    }
    printf("crash %d\n", code(process) - 1000);
    process = fork();
    if (process == 0) abort();
    printf("abort %d\n", code(process) - 1000);

    prctl(PR_SET_CHILD_SUBREAPER, 1);
    if (fork() == 0) {
        if (fork() == 0) _exit(9);
        _exit(0);
    }
    int all = 0, status;
    while (wait(&status) > 0) all += WEXITSTATUS(status);
    printf("grandchild %d\n", all);
    struct rusage usage;
    // A session that was begun outside the process namespace is 0.
    printf("rusage %d session %d\n", getrusage(RUSAGE_CHILDREN, &usage), getsid(0) >= 0);
    char name[16];
    prctl(PR_SET_NAME, "honest");
    prctl(PR_GET_NAME, name);
    cpu_set_t set;
    int unknown = sched_getaffinity(0, sizeof set, &set);
    printf("name %s affinity %d nice %d\n", name, unknown, nice(1) > 0);
    fflush(stdout);
    execlp("echo", "echo", "exec", NULL);
}
