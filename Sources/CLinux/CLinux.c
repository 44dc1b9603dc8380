#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/fsuid.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#define RESULT(call)                                                                               \
    do {                                                                                           \
        long result = (call);                                                                      \
        return result < 0 ? -errno : (int)result;                                                  \
    } while (0)

// Debian 12's headers know only Landlock's first version; the numbers are the kernel's.
struct landlock_attributes {
    uint64_t filesystem, network, scoped;
};

int linux_clone3(uint64_t flags, int *pidfd, int cgroup) {
    struct clone_args arguments = {
        .flags = flags | (pidfd ? CLONE_PIDFD : 0) | (cgroup >= 0 ? CLONE_INTO_CGROUP : 0),
        .pidfd = (uint64_t)(uintptr_t)pidfd,
        .exit_signal = SIGCHLD,
        .cgroup = cgroup >= 0 ? (uint64_t)cgroup : 0,
    };
    RESULT(syscall(SYS_clone3, &arguments, sizeof arguments));
}

int linux_unshare(int flags) { RESULT(unshare(flags)); }
int linux_setns(int descriptor, int flags) { RESULT(setns(descriptor, flags)); }
int linux_kill_pidfd(int pidfd, int signal) {
    RESULT(syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0));
}
int linux_kill(int pid, int signal) { RESULT(kill(pid, signal)); }
int linux_wait(int pid, int options, int *status, struct rusage *usage) {
    RESULT(wait4(pid, status, options, usage));
}
int linux_execve(const char *path, char *const *argv, char *const *envp) {
    RESULT(execve(path, argv, envp));
}
int linux_spawn(const char *path, const int *inherited, int count) {
    posix_spawn_file_actions_t actions;
    char *argv[] = {(char *)path, NULL};
    char *envp[] = {NULL};
    pid_t process = 0;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDWR, 0);
    posix_spawn_file_actions_adddup2(&actions, 2, 1);
    for (int index = 0; index < count; index++)
        posix_spawn_file_actions_adddup2(&actions, inherited[index], 3 + index);
    posix_spawn_file_actions_addclosefrom_np(&actions, 3 + count);
    int error = posix_spawn(&process, path, &actions, NULL, argv, envp);
    posix_spawn_file_actions_destroy(&actions);
    return error ? -error : process;
}
void linux_exit(int status) { _exit(status); }
int linux_setsid(void) { RESULT(setsid()); }
int linux_prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d) {
    RESULT(prctl(option, a, b, c, d));
}

int linux_set_ids(uid_t uid, gid_t gid) {
    if (syscall(SYS_setresgid, gid, gid, gid) < 0) return -errno;
    RESULT(syscall(SYS_setresuid, uid, uid, uid));
}
int linux_drop_groups(void) { RESULT(syscall(SYS_setgroups, 0, NULL)); }
void linux_set_filesystem_ids(uid_t uid, gid_t gid) {
    setfsgid(gid);
    setfsuid(uid);
}
int linux_drop_capabilities(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {0};
    RESULT(syscall(SYS_capset, &header, none));
}
int linux_limit(int pid, int resource, uint64_t soft, uint64_t hard) {
    struct rlimit limit = {.rlim_cur = soft, .rlim_max = hard};
    RESULT(prlimit(pid, resource, &limit, NULL));
}
int linux_reset_signals(void) {
    for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    RESULT(sigprocmask(SIG_SETMASK, &none, NULL));
}

int linux_mount(const char *source, const char *target, const char *type, unsigned long flags,
                const char *data) {
    RESULT(mount(source, target, type, flags, data));
}
int linux_unmount(const char *target, int flags) { RESULT(umount2(target, flags)); }
int linux_pivot_root(const char *new_root, const char *put_old) {
    RESULT(syscall(SYS_pivot_root, new_root, put_old));
}
int linux_open_tree(int directory, const char *path, unsigned int flags) {
    RESULT(syscall(SYS_open_tree, directory, path, flags));
}
int linux_move_mount(int from, int to_directory, const char *to_path) {
    RESULT(syscall(SYS_move_mount, from, "", to_directory, to_path, MOVE_MOUNT_F_EMPTY_PATH));
}
int linux_set_mount_attributes(int directory, uint64_t set, uint64_t clear, int recursive) {
    struct mount_attr attributes = {.attr_set = set, .attr_clr = clear};
    RESULT(syscall(SYS_mount_setattr, directory, "", AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0),
                   &attributes, sizeof attributes));
}
int linux_mknod_character(const char *path, mode_t mode, unsigned int major, unsigned int minor) {
    RESULT(mknod(path, S_IFCHR | mode, makedev(major, minor)));
}

int linux_open(int directory, const char *path, int flags, mode_t mode) {
    RESULT(openat(directory, path, flags | O_CLOEXEC, mode));
}
int linux_open_within(int directory, const char *path, uint64_t flags, uint64_t mode,
                      uint64_t resolve) {
    struct open_how how = {.flags = flags | O_CLOEXEC, .mode = mode, .resolve = resolve};
    RESULT(syscall(SYS_openat2, directory, path, &how, sizeof how));
}
int linux_close_range(unsigned int first, unsigned int last) {
    RESULT(syscall(SYS_close_range, first, last, 0));
}
int linux_dup_onto(int from, int onto) { RESULT(dup2(from, onto)); }
int linux_dup_above(int from, int lowest) { RESULT(fcntl(from, F_DUPFD_CLOEXEC, lowest)); }
int linux_pipe(int ends[2], int flags) { RESULT(pipe2(ends, flags)); }
int linux_memfd(const char *name, unsigned int flags) { RESULT(memfd_create(name, flags)); }
int linux_add_seals(int memfd, int seals) { RESULT(fcntl(memfd, F_ADD_SEALS, seals)); }
int linux_seals(int memfd) { RESULT(fcntl(memfd, F_GET_SEALS)); }
int linux_chown(int descriptor, uid_t uid, gid_t gid) { RESULT(fchown(descriptor, uid, gid)); }
int linux_set_flags(int descriptor, int flags) { RESULT(fcntl(descriptor, F_SETFD, flags)); }
int linux_mkdir(int directory, const char *path, mode_t mode) {
    RESULT(mkdirat(directory, path, mode));
}
int linux_unlink(int directory, const char *path, int flags) {
    RESULT(unlinkat(directory, path, flags));
}
int linux_flock(int descriptor, int operation) { RESULT(flock(descriptor, operation)); }
int linux_lease_for_writing(int descriptor) { RESULT(fcntl(descriptor, F_SETLEASE, F_WRLCK)); }
int linux_grow_pipe(int descriptor, int bytes) {
    RESULT(fcntl(descriptor, F_SETPIPE_SZ, bytes));
}
ssize_t linux_splice(int from, int to, size_t most) {
    RESULT(splice(from, NULL, to, NULL, most, SPLICE_F_MOVE | SPLICE_F_NONBLOCK));
}
int linux_set_nonblocking(int descriptor) {
    int flags = fcntl(descriptor, F_GETFL);
    if (flags < 0) return -errno;
    RESULT(fcntl(descriptor, F_SETFL, flags | O_NONBLOCK));
}
int64_t linux_filesystem_type(int descriptor) {
    struct statfs status;
    return fstatfs(descriptor, &status) < 0 ? -errno : status.f_type;
}
uint32_t linux_file_mode(int descriptor, int64_t *size) {
    struct stat status;
    if (fstat(descriptor, &status) < 0) return 0;
    *size = status.st_size;
    return status.st_mode;
}

int linux_socketpair(int type, int ends[2]) {
    RESULT(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends));
}

enum { DESCRIPTORS_MAX = 8 };

ssize_t linux_send(int socket, const void *bytes, size_t count, const int *descriptors,
                   size_t descriptor_count) {
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int) * DESCRIPTORS_MAX)];
    } control;
    struct iovec vector = {.iov_base = (void *)bytes, .iov_len = count};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
    if (descriptor_count > DESCRIPTORS_MAX) return -EINVAL;
    if (descriptor_count > 0) {
        size_t size = sizeof(int) * descriptor_count;
        memset(&control, 0, sizeof control);
        message.msg_control = &control;
        message.msg_controllen = CMSG_SPACE(size);
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(size);
        memcpy(CMSG_DATA(header), descriptors, size);
    }
    ssize_t sent = sendmsg(socket, &message, MSG_NOSIGNAL);
    return sent < 0 ? -errno : sent;
}

ssize_t linux_receive(int socket, void *bytes, size_t capacity, int *descriptors,
                      size_t descriptor_capacity, size_t *descriptor_count) {
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int) * DESCRIPTORS_MAX)];
    } control;
    struct iovec vector = {.iov_base = bytes, .iov_len = capacity};
    struct msghdr message = {
        .msg_iov = &vector,
        .msg_iovlen = 1,
        .msg_control = &control,
        .msg_controllen = sizeof control,
    };
    *descriptor_count = 0;
    ssize_t received = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    if (received < 0) return -errno;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header;
         header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
        size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t index = 0; index < count; index++) {
            int descriptor;
            memcpy(&descriptor, CMSG_DATA(header) + index * sizeof(int), sizeof descriptor);
            if (*descriptor_count < descriptor_capacity)
                descriptors[(*descriptor_count)++] = descriptor;
            else
                close(descriptor);
        }
    }
    // The bytes or the descriptors are truncated: never act on half a message.
    return message.msg_flags & (MSG_TRUNC | MSG_CTRUNC) ? -EMSGSIZE : received;
}

int linux_epoll_create(void) { RESULT(epoll_create1(EPOLL_CLOEXEC)); }
int linux_epoll_control(int epoll, int operation, int descriptor, uint32_t events, uint64_t data) {
    struct epoll_event event = {.events = events, .data.u64 = data};
    RESULT(epoll_ctl(epoll, operation, descriptor, &event));
}
int linux_epoll_wait(int epoll, uint32_t *events, uint64_t *data, int capacity, int milliseconds) {
    struct epoll_event ready[64];
    int count = epoll_wait(epoll, ready, capacity < 64 ? capacity : 64, milliseconds);
    if (count < 0) return -errno;
    for (int index = 0; index < count; index++) {
        events[index] = ready[index].events;
        data[index] = ready[index].data.u64;
    }
    return count;
}
int linux_signalfd(int signal) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, signal);
    if (sigprocmask(SIG_BLOCK, &signals, NULL) < 0) return -errno;
    RESULT(signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
}
int linux_eventfd(void) { RESULT(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)); }
int linux_loopback_up(void) {
    int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -errno;
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
    int result = ioctl(descriptor, SIOCSIFFLAGS, &request) < 0 ? -errno : 0;
    close(descriptor);
    return result;
}

int linux_seccomp_install(const void *instructions, unsigned short count, unsigned int flags) {
    struct sock_fprog program = {.len = count, .filter = (struct sock_filter *)instructions};
    RESULT(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program));
}
int linux_seccomp_receive(int listener, struct linux_notified_call *call) {
    // The kernel fills what it knows of the structure: room for one that has grown.
    union {
        struct seccomp_notif notification;
        char space[512];
    } buffer;
    memset(&buffer, 0, sizeof buffer);
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &buffer) < 0) return -errno;
    call->id = buffer.notification.id;
    call->thread = (int)buffer.notification.pid;
    call->number = buffer.notification.data.nr;
    for (int index = 0; index < 4; index += 1)
        call->arguments[index] = buffer.notification.data.args[index];
    return 0;
}
int linux_seccomp_answer(int listener, uint64_t id, int value, int error, int is_made) {
    union {
        struct seccomp_notif_resp response;
        char space[512];
    } buffer;
    memset(&buffer, 0, sizeof buffer);
    buffer.response.id = id;
    // The kernel refuses an error beside this flag.
    buffer.response.flags = is_made ? SECCOMP_USER_NOTIF_FLAG_CONTINUE : 0;
    buffer.response.error = is_made ? 0 : -error;
    buffer.response.val = is_made || error ? 0 : value;
    RESULT(ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &buffer));
}
int linux_seccomp_give(int listener, uint64_t id, int descriptor, int closes_on_exec) {
    struct seccomp_notif_addfd request = {
        .id = id,
        .srcfd = (uint32_t)descriptor,
        .newfd_flags = closes_on_exec ? O_CLOEXEC : 0,
    };
    RESULT(ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &request));
}
int linux_seccomp_take_turns(int listener) {
    // SECCOMP_IOCTL_NOTIF_SET_FLAGS and SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP of Linux 6.6.
    RESULT(ioctl(listener, _IOW('!', 4, uint64_t), (uint64_t)1));
}
const int linux_call_ioctl = SYS_ioctl, linux_call_fadvise64 = SYS_fadvise64;
const int linux_call_preadv2 = SYS_preadv2, linux_call_pwritev2 = SYS_pwritev2;
const int linux_call_prctl = SYS_prctl, linux_call_personality = SYS_personality;
const int linux_call_socket = SYS_socket, linux_call_socketpair = SYS_socketpair;
const int linux_call_setsockopt = SYS_setsockopt;
const int linux_call_setuid = SYS_setuid, linux_call_setgid = SYS_setgid;
const int linux_call_setreuid = SYS_setreuid, linux_call_setregid = SYS_setregid;
const int linux_call_setresuid = SYS_setresuid, linux_call_setresgid = SYS_setresgid;
const int linux_call_fchown = SYS_fchown, linux_call_fchownat = SYS_fchownat;
#ifdef __x86_64__
const int linux_call_arch_prctl = SYS_arch_prctl;
const int linux_call_chown = SYS_chown, linux_call_lchown = SYS_lchown;
#else
const int linux_call_arch_prctl = -1, linux_call_chown = -1, linux_call_lchown = -1;
#endif
const int linux_call_fcntl = SYS_fcntl, linux_call_flock = SYS_flock;
const int linux_call_fsync = SYS_fsync, linux_call_fdatasync = SYS_fdatasync;
#ifdef SYS_epoll_create
const int linux_call_epoll_create = SYS_epoll_create;
#else
const int linux_call_epoll_create = -1;
#endif
const int linux_call_epoll_create1 = SYS_epoll_create1, linux_call_epoll_ctl = SYS_epoll_ctl;
ssize_t linux_peek(int process, uint64_t address, void *bytes, size_t count) {
    struct iovec own = {bytes, count}, other = {(void *)(uintptr_t)address, count};
    RESULT(process_vm_readv(process, &own, 1, &other, 1, 0));
}
int64_t linux_path_mode(const char *path) {
    struct stat status;
    return stat(path, &status) < 0 ? -errno : (int64_t)status.st_mode;
}
int linux_landlock_version(void) {
    RESULT(syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION));
}
int linux_landlock_create(uint64_t filesystem, uint64_t scoped) {
    struct landlock_attributes attributes = {.filesystem = filesystem, .scoped = scoped};
    // An older kernel refuses a longer structure only if the rest of it is not zero.
    RESULT(syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0));
}
int linux_landlock_allow(int ruleset, int directory, uint64_t access) {
    struct landlock_path_beneath_attr rule = {.allowed_access = access, .parent_fd = directory};
    RESULT(syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0));
}
int linux_landlock_enter(int ruleset) {
    RESULT(syscall(SYS_landlock_restrict_self, ruleset, 0));
}
