// Target `CLinux`: one plain function for each system call or macro that Swift cannot import.
// Every function returns 0 or more, or -errno. No policy, no allocation, no globals. Only `Kernel`
// imports it.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

// Processes
int linux_clone3(uint64_t flags, int *_Nullable pidfd, int cgroup);
int linux_unshare(int flags);
int linux_setns(int descriptor, int flags);
int linux_kill_pidfd(int pidfd, int signal);
int linux_kill(int pid, int signal);
int linux_wait(int pid, int options, int *_Nonnull status, struct rusage *_Nonnull usage);
int linux_execve(const char *_Nonnull path, char *_Nullable const *_Nonnull argv,
                 char *_Nullable const *_Nonnull envp);
// Starts a program without arguments or environment. `inherited` become 3, 4, … in it, and all
// other descriptors are closed.
int linux_spawn(const char *_Nonnull path, const int *_Nonnull inherited, int count);
void linux_exit(int status) __attribute__((noreturn));
int linux_setsid(void);
int linux_prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d);
int linux_set_ids(uid_t uid, gid_t gid);
int linux_drop_groups(void);
void linux_set_filesystem_ids(uid_t uid, gid_t gid);
int linux_drop_capabilities(void);
int linux_limit(int pid, int resource, uint64_t soft, uint64_t hard);
int linux_reset_signals(void);

// Mounts
int linux_mount(const char *_Nullable source, const char *_Nonnull target,
                const char *_Nullable type, unsigned long flags, const char *_Nullable data);
int linux_unmount(const char *_Nonnull target, int flags);
int linux_pivot_root(const char *_Nonnull new_root, const char *_Nonnull put_old);
int linux_open_tree(int directory, const char *_Nonnull path, unsigned int flags);
int linux_move_mount(int from, int to_directory, const char *_Nonnull to_path);
int linux_set_mount_attributes(int directory, uint64_t set, uint64_t clear, int recursive);
int linux_mknod_character(const char *_Nonnull path, mode_t mode, unsigned int major,
                          unsigned int minor);

// Files and descriptors
int linux_open(int directory, const char *_Nonnull path, int flags, mode_t mode);
int linux_open_within(int directory, const char *_Nonnull path, uint64_t flags, uint64_t mode,
                      uint64_t resolve);
int linux_close_range(unsigned int first, unsigned int last);
int linux_dup_onto(int from, int onto);
int linux_dup_above(int from, int lowest);
int linux_pipe(int ends[_Nonnull 2], int flags);
int linux_memfd(const char *_Nonnull name, unsigned int flags);
int linux_add_seals(int memfd, int seals);
int linux_seals(int memfd);
int linux_chown(int descriptor, uid_t uid, gid_t gid);
int linux_set_flags(int descriptor, int flags);
int linux_mkdir(int directory, const char *_Nonnull path, mode_t mode);
int linux_unlink(int directory, const char *_Nonnull path, int flags);
int linux_flock(int descriptor, int operation);
int linux_lease_for_writing(int descriptor);
int linux_grow_pipe(int descriptor, int bytes);
// Moves what is in a pipe; never waits.
ssize_t linux_splice(int from, int to, size_t most);
int linux_set_nonblocking(int descriptor);
int64_t linux_filesystem_type(int descriptor);
uint32_t linux_file_mode(int descriptor, int64_t *_Nonnull size);

// Sockets and waiting
int linux_socketpair(int type, int ends[_Nonnull 2]);
ssize_t linux_send(int socket, const void *_Nonnull bytes, size_t count,
                   const int *_Nullable descriptors, size_t descriptor_count);
ssize_t linux_receive(int socket, void *_Nonnull bytes, size_t capacity,
                      int *_Nonnull descriptors, size_t descriptor_capacity,
                      size_t *_Nonnull descriptor_count);
int linux_epoll_create(void);
int linux_epoll_control(int epoll, int operation, int descriptor, uint32_t events, uint64_t data);
int linux_epoll_wait(int epoll, uint32_t *_Nonnull events, uint64_t *_Nonnull data, int capacity,
                     int milliseconds);
// Returns a descriptor that is readable after `signal`, which is blocked from here on.
int linux_signalfd(int signal);
int linux_eventfd(void);
int linux_loopback_up(void);

// Confinement
int linux_seccomp_install(const void *_Nonnull instructions, unsigned short count,
                          unsigned int flags);
struct linux_notified_call {
    uint64_t id;
    int thread;
    int number;
    uint64_t arguments[4];
};
int linux_seccomp_receive(int listener, struct linux_notified_call *_Nonnull call);
// The call fails with `error`, or returns `value`; or it is made, whatever they are.
int linux_seccomp_answer(int listener, uint64_t id, int value, int error, int is_made);
// The number that the caller of a call now has for the file of `descriptor`.
int linux_seccomp_give(int listener, uint64_t id, int descriptor, int closes_on_exec);
// The caller of a call and the reader of the listener take turns on one processor.
int linux_seccomp_take_turns(int listener);
// The numbers of calls; -1 for those that this architecture has not.
extern const int linux_call_ioctl, linux_call_fadvise64, linux_call_preadv2, linux_call_pwritev2;
extern const int linux_call_prctl, linux_call_arch_prctl, linux_call_personality;
extern const int linux_call_socket, linux_call_socketpair, linux_call_setsockopt;
extern const int linux_call_setuid, linux_call_setgid, linux_call_setreuid, linux_call_setregid;
extern const int linux_call_setresuid, linux_call_setresgid;
extern const int linux_call_chown, linux_call_lchown, linux_call_fchown, linux_call_fchownat;
extern const int linux_call_fcntl, linux_call_flock, linux_call_fsync, linux_call_fdatasync;
extern const int linux_call_epoll_create, linux_call_epoll_create1, linux_call_epoll_ctl;
// Another process's memory, or -errno.
ssize_t linux_peek(int process, uint64_t address, void *_Nonnull bytes, size_t count);
// The type and permissions of a file; links are followed.
int64_t linux_path_mode(const char *_Nonnull path);
int linux_landlock_version(void);
int linux_landlock_create(uint64_t filesystem, uint64_t scoped);
int linux_landlock_allow(int ruleset, int directory, uint64_t access);
int linux_landlock_enter(int ruleset);
