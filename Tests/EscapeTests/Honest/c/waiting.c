// Waiting for descriptors, timers and signals.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t caught;
static sigjmp_buf back;

static void note(int number) { caught = number; }
static void leave(int number) { siglongjmp(back, number); }

int main(void) {
    int ends[2], count = 0;
    char bytes[8] = "";
    if (pipe(ends)) return 1;
    struct pollfd polled = {ends[0], POLLIN, 0};
    printf("poll %d", poll(&polled, 1, 1));
    if (write(ends[1], "ab", 2) != 2) return 1;
    printf(" %d", poll(&polled, 1, 120000));
    ioctl(ends[0], FIONREAD, &count);
    fd_set set;
    FD_ZERO(&set);
    FD_SET(ends[0], &set);
    struct timespec most = {120, 0};
    printf(" %d select %d\n", count, pselect(ends[0] + 1, &set, NULL, NULL, &most, NULL));
    struct iovec parts[] = {{bytes, 1}, {bytes + 1, 1}};
    printf("readv %zd %s pipe %d\n", readv(ends[0], parts, 2), bytes,
        fcntl(ends[1], F_SETPIPE_SZ, 1 << 16) >= 1 << 16);

    int events = eventfd(0, EFD_NONBLOCK), timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    struct itimerspec soon = {.it_value = {0, 1000000}};
    timerfd_settime(timer, 0, &soon, NULL);
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR1);
    sigprocmask(SIG_BLOCK, &mask, NULL);
    int signals = signalfd(-1, &mask, SFD_CLOEXEC), epoll = epoll_create1(EPOLL_CLOEXEC);
    eventfd_write(events, 5);
    kill(getpid(), SIGUSR1);
    int all[] = {events, timer, signals}, seen = 0;
    for (int i = 0; i < 3; i++) {
        struct epoll_event wanted = {EPOLLIN | EPOLLET, {.u32 = 1u << i}};
        epoll_ctl(epoll, EPOLL_CTL_ADD, all[i], &wanted);
    }
    while (seen != 7) {
        struct epoll_event event;
        if (epoll_wait(epoll, &event, 1, 120000) != 1) break;
        seen |= event.data.u32;
    }
    uint64_t value = 0, expired = 0;
    struct signalfd_siginfo info;
    eventfd_read(events, &value);
    printf("epoll %d eventfd %d timerfd %d", seen, (int)value,
        read(timer, &expired, 8) == 8 && expired == 1);
    printf(" signalfd %d\n", read(signals, &info, sizeof info) > 0 && info.ssi_signo == SIGUSR1);

    struct sigaction action = {.sa_handler = note, .sa_flags = SA_ONSTACK};
    static char stack[1 << 16];
    stack_t alternative = {.ss_sp = stack, .ss_size = sizeof stack};
    sigaltstack(&alternative, NULL);
    sigaction(SIGALRM, &action, NULL);
    alarm(1000);
    printf("alarm %d", alarm(0) > 0);
    // Again and again: on a slow machine the first may come before the pause.
    setitimer(ITIMER_REAL, &(struct itimerval){{0, 2000}, {0, 2000}}, NULL);
    pause();
    setitimer(ITIMER_REAL, &(struct itimerval){{0, 0}, {0, 0}}, NULL);
    printf(" itimer %d", caught == SIGALRM);
    timer_t posix;
    caught = 0;
    timer_create(CLOCK_MONOTONIC, NULL, &posix);
    soon.it_interval = soon.it_value;
    timer_settime(posix, 0, &soon, NULL);
    while (!caught) pause();
    printf(" timer %d\n", timer_delete(posix));

    raise(SIGUSR1);
    struct timespec none = {0, 1000000};
    printf("sigtimedwait %d", sigtimedwait(&mask, NULL, &none) == SIGUSR1);
    printf(" %d\n", sigtimedwait(&mask, NULL, &none) == -1 && errno == EAGAIN);
    sigaddset(&mask, SIGRTMIN);
    sigprocmask(SIG_BLOCK, &mask, NULL);
    sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = 42});
    siginfo_t queued;
    sigwaitinfo(&mask, &queued);
    printf("sigqueue %d\n", queued.si_value.sival_int);

    signal(SIGSEGV, leave);
    if (sigsetjmp(back, 1) == 0) *(volatile int *)8 = 1;
    else printf("setjmp\n");
    signal(SIGPIPE, SIG_IGN);
    close(ends[0]);
    printf("SIGPIPE %d\n", write(ends[1], "x", 1) == -1 && errno == EPIPE);

    int pair[2];
    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair);
    char control[CMSG_SPACE(sizeof(int))] = "";
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 1,
        .msg_control = control, .msg_controllen = sizeof control};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    *header = (struct cmsghdr){CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
    memcpy(CMSG_DATA(header), &events, sizeof(int));
    printf("socketpair %zd", sendmsg(pair[0], &message, 0));
    printf(" %zd %d\n", recvmsg(pair[1], &message, 0), (int)header->cmsg_type == SCM_RIGHTS);
    clock_nanosleep(CLOCK_MONOTONIC, 0, &none, NULL);
    printf("terminal %d\n", isatty(0) + isatty(1) + isatty(2));
}
