// Reads or controls another process, or programs the kernel. Each call is made so that it would
// succeed wherever an ordinary user may make it.
#include "places.h"
#include <linux/perf_event.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

int attack(int count, char **arguments) {
    char from[8] = "reached", to[8] = "";
    struct iovec source = {from, sizeof from}, target = {to, sizeof to};
    struct perf_event_attr counter = {.type = PERF_TYPE_SOFTWARE, .size = sizeof counter,
                                      .config = PERF_COUNT_SW_CPU_CLOCK, .exclude_kernel = 1};
    long map[16] = {1, 4 | 4ul << 32, 1};
    pid_t child = fork();
    if (child == 0) {
        say("ptrace traceme", ptrace(PTRACE_TRACEME, 0, 0, 0));
        _exit(0);
    }
    waitpid(child, NULL, 0);
    say("ptrace attach", ptrace(PTRACE_SEIZE, getppid(), 0, 0));
    TRY(process_vm_readv, getpid(), &target, 1, &source, 1, 0);
    TRY(process_vm_writev, getpid(), &source, 1, &target, 1, 0);
    int self = syscall(SYS_pidfd_open, getpid(), 0);
    TRY(pidfd_getfd, self, 0, 0);
    TRY(process_madvise, self, &target, 1, 20, 0);
    close(self);
    TRY(kcmp, getpid(), getpid(), 0, 0, 0);
    TRY(perf_event_open, &counter, 0, -1, -1, 0);
    TRY(userfaultfd, 1);
    TRY(bpf, 0, map, sizeof map);
    return 0;
}
