// Calls that no program in a jail may make. refused FAMILY
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void say(const char *name, long result) {
    const char *error = result >= 0 ? "ok" : strerrorname_np(errno);
    printf("%s=%s\n", name, error ? error : "?");
    fflush(stdout);
}

#define TRY(number, ...) say(#number, syscall(SYS_##number, ##__VA_ARGS__))

static void try_clone(const char *name, unsigned long flag) {
    long child = syscall(SYS_clone, flag | SIGCHLD, 0, 0, 0, 0);
    if (child == 0) _exit(0);
    say(name, child);
    if (child > 0) waitpid(child, NULL, 0);
}

static void *nothing(void *unused) { return unused; }

static void namespaces(void) {
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
    struct clone_args arguments = {.exit_signal = SIGCHLD};
    long child = syscall(SYS_clone3, &arguments, sizeof arguments);
    if (child == 0) _exit(0);
    say("clone3", child);
    pthread_t thread;
    if (pthread_create(&thread, NULL, nothing, NULL) || pthread_join(thread, NULL)) _exit(9);
}

static void mounts(void) {
    TRY(mount, "none", "/tmp", "tmpfs", 0, 0);
    TRY(umount2, "/proc", 2);
    TRY(pivot_root, "/box", "/box");
    TRY(chroot, "/box");
    TRY(open_tree, AT_FDCWD, "/", 1);
    TRY(move_mount, AT_FDCWD, "/box", AT_FDCWD, "/tmp", 0);
    TRY(fsopen, "tmpfs", 0);
    TRY(fsconfig, 0, 0, 0, 0, 0);
    TRY(fsmount, 0, 0, 0);
    TRY(fspick, AT_FDCWD, "/tmp", 0);
    TRY(mount_setattr, AT_FDCWD, "/tmp", 0, 0, 0);
    say("statmount", syscall(457, 0, 0, 0, 0));
    say("listmount", syscall(458, 0, 0, 0, 0));
}

static void introspection(void) {
    long memory[8] = {0};
    TRY(ptrace, 16, getppid(), 0, 0);
    TRY(ptrace, 0, 0, 0, 0);
    TRY(process_vm_readv, getppid(), memory, 1, memory, 1, 0);
    TRY(process_vm_writev, getppid(), memory, 1, memory, 1, 0);
    TRY(pidfd_getfd, 0, 0, 0);
    TRY(process_madvise, 0, 0, 0, 0, 0);
    TRY(kcmp, getpid(), getppid(), 0, 0, 0);
    TRY(perf_event_open, memory, 0, -1, -1, 0);
    TRY(userfaultfd, 0);
    TRY(bpf, 0, memory, sizeof memory);
    TRY(io_uring_setup, 1, memory);
    TRY(io_uring_enter, 0, 0, 0, 0, 0);
    TRY(io_uring_register, 0, 0, 0, 0);
    TRY(add_key, "user", "quicksand", "x", 1, -3);
    TRY(request_key, "user", "quicksand", 0, 0);
    TRY(keyctl, 0, -3, 0);
}

static void machine(void) {
    struct timespec now = {.tv_sec = 1};
    TRY(clock_settime, CLOCK_REALTIME, &now);
    TRY(settimeofday, &now, 0);
    TRY(adjtimex, 0);
    TRY(clock_adjtime, 0, 0);
    TRY(sethostname, "x", 1);
    TRY(setdomainname, "x", 1);
    TRY(reboot, 0xfee1dead, 672274793, 0, 0);
    TRY(kexec_load, 0, 0, 0, 0);
    TRY(init_module, 0, 0, "");
    TRY(finit_module, 0, "", 0);
    TRY(delete_module, "x", 0);
    TRY(swapon, "/box", 0);
    TRY(syslog, 3, 0, 0);
    TRY(acct, 0);
    TRY(quotactl, 0, 0, 0, 0);
    TRY(open_by_handle_at, 0, 0, 0);
    TRY(name_to_handle_at, AT_FDCWD, "/", 0, 0, 0);
    TRY(fanotify_init, 0, 0);
    TRY(personality, 0x0040000);
}

// Harmless outside, where an ordinary user may do them: the control.
static void ordinary(void) {
    char from[8] = "reached", to[8] = "";
    struct { void *at; size_t size; } source = {from, 8}, target = {to, 8};
    TRY(process_vm_readv, getpid(), &target, 1, &source, 1, 0);
    TRY(kcmp, getpid(), getpid(), 0, 0, 0);
    TRY(open_tree, AT_FDCWD, "/", 0);
    TRY(unshare, CLONE_NEWUSER);
}

int main(int count, char **arguments) {
    if (count < 2) return 2;
    if (!strcmp(arguments[1], "namespaces")) namespaces();
    if (!strcmp(arguments[1], "mounts")) mounts();
    if (!strcmp(arguments[1], "introspection")) introspection();
    if (!strcmp(arguments[1], "machine")) machine();
    if (!strcmp(arguments[1], "ordinary")) ordinary();
}
