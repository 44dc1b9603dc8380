// Leaves what the kernel needs long to end, after SIGKILL and past every clock, or what no control
// group counts. leftovers KIND
//   watches      10,000 watches of one pipe: its close wakes each
//   unseen       the same, by epoll instances that are in messages nobody has read
//   semaphores   a large set: the end of each process with an undo walks all of it
//   sets         many sets
//   queues       many message queues: a worker of the kernel frees their messages
//   groups       a multicast group: to leave it, the kernel walks all groups of the interface
//   groups6      the same with IPv6
//   keys         a key for signed TCP segments
//   poll         a wait for 4,097 descriptors
//   select       the same by select
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <unistd.h>

static int ends[2];

static int hide(int descriptor) {
    char byte = 0, space[CMSG_SPACE(sizeof descriptor)];
    struct iovec vector = {&byte, 1};
    struct msghdr message = {
        .msg_iov = &vector, .msg_iovlen = 1, .msg_control = space, .msg_controllen = sizeof space,
    };
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    *header = (struct cmsghdr){CMSG_LEN(sizeof descriptor), SOL_SOCKET, SCM_RIGHTS};
    memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
    return sendmsg(ends[0], &message, MSG_DONTWAIT) < 0 || close(descriptor) ? errno : 0;
}

static int watches(int is_unseen) {
    int pipes[2], copies[80], most = 10000;
    struct epoll_event event = {.events = EPOLLIN};
    if (pipe(pipes) || socketpair(AF_UNIX, SOCK_STREAM, 0, ends)) return errno;
    for (int at = 0; at < 80; at++)
        if ((copies[at] = dup(pipes[0])) < 0) return errno;
    while (most > 0) {
        int instance = epoll_create1(0);
        if (instance < 0) return errno;
        for (int at = 0; at < 80 && most > 0; at++, most--)
            if (epoll_ctl(instance, EPOLL_CTL_ADD, copies[at], &event)) return errno;
        int error = is_unseen ? hide(instance) : 0;
        if (error) return error;
    }
    return 0;
}

static int made[200];

static int sets(int size, int count) {
    int error = 0;
    for (int at = 0; at < count && !error; at++)
        error = (made[at] = semget(IPC_PRIVATE, size, 0600)) < 0 ? errno : 0;
    // Outside, nobody else removes them.
    for (int at = 0; at < count; at++)
        if (made[at] > 0) semctl(made[at], 0, IPC_RMID);
    return error;
}

static int queues(int count) {
    int error = 0;
    for (int at = 0; at < count && !error; at++)
        error = (made[at] = msgget(IPC_PRIVATE, 0600)) < 0 ? errno : 0;
    for (int at = 0; at < count; at++)
        if (made[at] > 0) msgctl(made[at], IPC_RMID, NULL);
    return error;
}

static int option(int family, int type, int level, int name, const void *value, int size) {
    int end = socket(family, type, 0);
    return end < 0 || setsockopt(end, level, name, value, size) ? errno : 0;
}

static int groups(void) {
    struct ip_mreqn group = {.imr_multiaddr = {htonl(0xe1000001)}, .imr_ifindex = 1};
    return option(AF_INET, SOCK_DGRAM, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group);
}

static int groups6(void) {
    struct ipv6_mreq group = {.ipv6mr_interface = 1};
    inet_pton(AF_INET6, "ff02::1234:1", &group.ipv6mr_multiaddr);
    return option(AF_INET6, SOCK_DGRAM, IPPROTO_IPV6, IPV6_JOIN_GROUP, &group, sizeof group);
}

static int keys(void) {
    struct tcp_md5sig key = {.tcpm_keylen = 1, .tcpm_key = "k"};
    struct sockaddr_in *peer = (struct sockaddr_in *)&key.tcpm_addr;
    *peer = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = {htonl(0x7f000002)}};
    return option(AF_INET, SOCK_STREAM, IPPROTO_TCP, TCP_MD5SIG, &key, sizeof key);
}

static int wait_for_many(int is_select) {
    static struct pollfd waits[4097];
    static fd_set sets[5];
    struct timeval now = {0};
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit)) return errno;
    return (is_select ? select(4097, sets, NULL, NULL, &now) : poll(waits, 4097, 0)) < 0 ? errno : 0;
}

int main(int count, char **arguments) {
    const char *kind = count > 1 ? arguments[1] : "";
    int error = EINVAL;
    if (!strcmp(kind, "watches")) error = watches(0);
    if (!strcmp(kind, "unseen")) error = watches(1);
    if (!strcmp(kind, "semaphores")) error = sets(251, 1);
    if (!strcmp(kind, "sets")) error = sets(1, 200);
    if (!strcmp(kind, "queues")) error = queues(40);
    if (!strcmp(kind, "groups")) error = groups();
    if (!strcmp(kind, "groups6")) error = groups6();
    if (!strcmp(kind, "keys")) error = keys();
    if (!strcmp(kind, "poll")) error = wait_for_many(0);
    if (!strcmp(kind, "select")) error = wait_for_many(1);
    printf("%s=%s\n", kind, error ? strerrorname_np(error) : "ok");
    return 0;
}
