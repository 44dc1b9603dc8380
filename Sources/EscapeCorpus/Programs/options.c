// Calls that programs do make, with the arguments that broke kernels: page-cache writes by splice
// (CVE-2022-0847, CVE-2026-31431), out-of-band bytes of Unix sockets (CVE-2025-38236),
// priority-inheriting futexes (CVE-2014-3153, CVE-2021-3347), the process's own memory map.
#include "places.h"
#include <linux/futex.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>

static void pages(void) {
    int first[2], second[2];
    char text[] = "text";
    struct iovec vector = {text, 4};
    if (pipe(first) || pipe(second) || write(first[1], text, 4) != 4) _exit(5);
    TRY(tee, first[0], second[1], 1, 0);
    TRY(splice, first[0], 0, second[1], 0, 1, 0);
    TRY(vmsplice, second[1], &vector, 1, 0);
    int file = open("/proc/self/exe", O_RDONLY), copy = memfd_create("copy", 0);
    TRY(copy_file_range, file, 0, copy, 0, 4096, 0);
    for (int at = 0; at < 2; at++) close(first[at]), close(second[at]);
    close(file), close(copy);
}

static void out_of_band(void) {
    int ends[2];
    char byte = 'x';
    struct iovec vector = {&byte, 1};
    struct mmsghdr message = {.msg_hdr = {.msg_iov = &vector, .msg_iovlen = 1}};
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends)) _exit(6);
    say("sendto MSG_OOB", send(ends[0], &byte, 1, MSG_OOB));
    say("sendmsg MSG_OOB", sendmsg(ends[0], &message.msg_hdr, MSG_OOB));
    say("sendmmsg MSG_OOB", sendmmsg(ends[0], &message, 1, MSG_OOB));
    say("recvfrom MSG_OOB", recv(ends[1], &byte, 1, MSG_OOB | MSG_DONTWAIT));
    say("recvmsg MSG_OOB", recvmsg(ends[1], &message.msg_hdr, MSG_OOB | MSG_DONTWAIT));
    say("recvmmsg MSG_OOB", recvmmsg(ends[1], &message, 1, MSG_OOB | MSG_DONTWAIT, NULL));
    say("send above MSG_OOB",
        syscall(SYS_sendto, ends[0], &byte, 1, 0x100000000 | MSG_OOB, NULL, 0));
    close(ends[0]), close(ends[1]);
}

int attack(int count, char **arguments) {
    static int word, other;
    pages();
    out_of_band();
    say("FUTEX_LOCK_PI", syscall(SYS_futex, &word, FUTEX_LOCK_PI, 0, 0, 0, 0));
    say("FUTEX_UNLOCK_PI", syscall(SYS_futex, &word, FUTEX_UNLOCK_PI, 0, 0, 0, 0));
    say("FUTEX_TRYLOCK_PI", syscall(SYS_futex, &word, FUTEX_TRYLOCK_PI | 128, 0, 0, 0, 0));
    say("FUTEX_CMP_REQUEUE_PI",
        syscall(SYS_futex, &word, FUTEX_CMP_REQUEUE_PI, 1, 0, &other, word));
    say("FUTEX_WAIT_REQUEUE_PI",
        syscall(SYS_futex, &word, FUTEX_WAIT_REQUEUE_PI, word + 1, 0, &other, 0));
    say("PR_SET_MM", prctl(PR_SET_MM, 99, 0, 0, 0));
    say("PR_SET_SECCOMP", prctl(PR_SET_SECCOMP, 99, 0, 0, 0));
    say("PR_SET_PTRACER", prctl(PR_SET_PTRACER, 0, 0, 0, 0));
    say("TIOCSTI", ioctl(0, TIOCSTI, "x"));
    say("F_SETLEASE", fcntl(1, F_SETLEASE, F_UNLCK));
    say("open O_DIRECT", syscall(SYS_openat, AT_FDCWD, "/usr/bin/env", O_RDONLY | O_DIRECT));
    say("F_SETFL O_DIRECT", fcntl(open("/usr/bin/env", O_RDONLY), F_SETFL, O_DIRECT));
    uint64_t how[3] = {O_RDONLY | O_DIRECT};
    say("openat2 O_DIRECT", syscall(SYS_openat2, AT_FDCWD, "/usr/bin/env", how, sizeof how));
    say("mq_open", syscall(SYS_mq_open, "quicksand", O_RDWR | O_CREAT, 0600, NULL));
    syscall(SYS_mq_unlink, "quicksand");
    say("seccomp", syscall(SYS_seccomp, 2, 0, &(unsigned){0}));
    say("landlock", syscall(SYS_landlock_create_ruleset, NULL, 0, 1));
    say("memfd_secret", syscall(SYS_memfd_secret, 0));
    say("inotify", syscall(SYS_inotify_init1, 0));
    say("personality", syscall(SYS_personality, 0x0040000));
    return 0;
}
