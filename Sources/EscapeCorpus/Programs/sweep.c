// Makes every call from 0 to 1023 with zero arguments, each in its own process, and prints the
// calls that answer with anything but ENOSYS and EPERM. A blocking call is interrupted, and its
// EINTR is an answer: a process that only waits for a processor does not count. A call that does
// not return counts as an answer, too.
#include "places.h"
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>

enum { NUMBERS = 1024, TOGETHER = 32, NONE = 1 << 20, WAIT_MICROSECONDS = 300000 };

static void interrupt(int number) { (void)number; }

static void call(int number, volatile int *answers) {
    struct timeval wait = {.tv_usec = WAIT_MICROSECONDS};
    struct itimerval again = {wait, wait};  // the first may come before the call
    // A call that blocks returns even so; a call with a pending refusal is made again.
    struct sigaction action = {.sa_handler = interrupt, .sa_flags = SA_RESTART};
    struct rlimit no_core = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);  // whoever started this may have blocked the alarm
    setpgid(0, 0);  // kill(0, 0) and its like stay here
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &again, NULL);
    long result = syscall(number, 0, 0, 0, 0, 0, 0);
    answers[number] = result < 0 ? errno : 0;
    _exit(0);
}

int attack(int count, char **arguments) {
    volatile int *answers = mmap(NULL, NUMBERS * sizeof(int), PROT_READ | PROT_WRITE,
                                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (int first = 0; first < NUMBERS; first += TOGETHER) {
        for (int number = first; number < first + TOGETHER; number++) {
            answers[number] = NONE;
            pid_t child = fork();
            if (child < 0) return 3;
            if (child == 0) call(number, answers);
        }
        for (int ended = 0; ended < TOGETHER; ended++)
            if (waitpid(-1, NULL, __WALL) < 0) return 4;
    }
    for (int number = 0; number < NUMBERS; number++) {
        int answer = answers[number];
        if (answer == ENOSYS || answer == EPERM) continue;
        const char *error = answer == NONE ? "no return" : answer ? strerrorname_np(answer) : "ok";
        printf("%d=%s\n", number, error ? error : "?");
    }
    puts("swept=ok");
    fflush(stdout);
    return 0;
}
