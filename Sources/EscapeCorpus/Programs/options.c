// Calls that programs do make, with the arguments that broke kernels: page-cache writes by splice
// (CVE-2022-0847, CVE-2026-31431), out-of-band bytes of Unix sockets (CVE-2025-38236),
// priority-inheriting futexes (CVE-2014-3153, CVE-2021-3347), the process's own memory map, options
// of sockets that are programs in the kernel, or work for the whole machine.
#include "places.h"
#include <linux/filter.h>
#include <linux/futex.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
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

// What the policy allows: bounded numbers, groups to join, and what a datagram tells of its way.
static int is_allowed(int level, int option) {
    switch (level) {
    case SOL_SOCKET: return option <= SO_SNDTIMEO;
    case IPPROTO_TCP: return option <= TCP_CONGESTION || option == TCP_USER_TIMEOUT;
    case IPPROTO_IP:
        return option <= IP_TTL || option == IP_PKTINFO || (option >= 11 && option <= 13) ||
               (option >= IP_MULTICAST_IF && option <= IP_DROP_MEMBERSHIP);
    case IPPROTO_IPV6:
        return (option >= IPV6_UNICAST_HOPS && option <= IPV6_LEAVE_GROUP) || option == 25 ||
               option == IPV6_V6ONLY || option == IPV6_RECVPKTINFO ||
               option == IPV6_RECVHOPLIMIT || option == IPV6_RECVTCLASS || option == IPV6_TCLASS;
    }
    return 0;
}

// The kernel answers an option that it is asked for with another error: it has no value.
static void every_option(int end) {
    static const int levels[] = {0, 1, 6, 17, 41, 58, 132, 136, 255, 263, 270, 282, 284};
    char name[32];
    for (unsigned at = 0; at < sizeof levels / sizeof *levels; at++)
        for (int option = 0; option < 128; option++) {
            if (is_allowed(levels[at], option)) continue;
            long result = setsockopt(end, levels[at], option, NULL, 0);
            if (result < 0 && errno == ENOPROTOOPT) continue;
            snprintf(name, sizeof name, "option %d %d", levels[at], option);
            say(name, result);
        }
}

static void socket_options(void) {
    int ends[2], yes = 1;
    struct sock_filter all = {BPF_RET | BPF_K, 0, 0, 65535};
    struct sock_fprog program = {1, &all};
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends)) _exit(7);
    say("SO_ATTACH_FILTER",
        setsockopt(ends[0], SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program));
    say("SO_TIMESTAMP", setsockopt(ends[0], SOL_SOCKET, SO_TIMESTAMP, &yes, sizeof yes));
    say("TCP_MD5SIG", setsockopt(ends[0], IPPROTO_TCP, TCP_MD5SIG, &yes, sizeof yes));
    say("TCP_REPAIR", setsockopt(ends[0], IPPROTO_TCP, TCP_REPAIR, &yes, sizeof yes));
    say("TCP_ULP", setsockopt(ends[0], IPPROTO_TCP, TCP_ULP, "tls", 4));
    say("IPV6_ADDRFORM", setsockopt(ends[0], IPPROTO_IPV6, IPV6_ADDRFORM, &yes, sizeof yes));
    say("IPV6_RTHDR", setsockopt(ends[0], IPPROTO_IPV6, IPV6_RTHDR, &yes, sizeof yes));
    say("UDP_SEGMENT", setsockopt(ends[0], IPPROTO_UDP, 103, &yes, sizeof yes));
    every_option(ends[0]);
    close(ends[0]), close(ends[1]);
}

static void files(void) {
    int file = memfd_create("own", 0);
    long long size;
    say("FIOQSIZE", ioctl(file, FIOQSIZE, &size));
    say("F_SETLEASE", fcntl(file, F_SETLEASE, F_WRLCK));
    close(file);
}

int attack(int count, char **arguments) {
    static int word, other;
    pages();
    out_of_band();
    socket_options();
    files();
    say("FUTEX_LOCK_PI", syscall(SYS_futex, &word, FUTEX_LOCK_PI, 0, 0, 0, 0));
    say("FUTEX_UNLOCK_PI", syscall(SYS_futex, &word, FUTEX_UNLOCK_PI, 0, 0, 0, 0));
    say("FUTEX_TRYLOCK_PI", syscall(SYS_futex, &word, FUTEX_TRYLOCK_PI | 128, 0, 0, 0, 0));
    say("FUTEX_CMP_REQUEUE_PI",
        syscall(SYS_futex, &word, FUTEX_CMP_REQUEUE_PI, 1, 0, &other, word));
    say("FUTEX_WAIT_REQUEUE_PI",
        syscall(SYS_futex, &word, FUTEX_WAIT_REQUEUE_PI, word + 1, 0, &other, 0));
    say("PR_SET_MM", prctl(PR_SET_MM, 99, 0, 0, 0));
    say("PR_SET_SECCOMP", prctl(PR_SET_SECCOMP, 2, 0, 0, 0));
    say("PR_SET_PTRACER", prctl(PR_SET_PTRACER, 0, 0, 0, 0));
    say("TIOCSTI", ioctl(0, TIOCSTI, "x"));
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
