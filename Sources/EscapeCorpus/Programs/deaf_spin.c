// Blocks and ignores every signal that it can, and spins: SIGXCPU and SIGTERM do not reach it. It
// ends itself after two seconds of processor time.
#include <signal.h>
#include <stdio.h>
#include <time.h>

int main(void) {
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, 0);
    for (int number = 1; number < 32; number++) signal(number, SIG_IGN);
    struct timespec used = {0};
    while (used.tv_sec < 2) clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    puts("spun=ok");
}
