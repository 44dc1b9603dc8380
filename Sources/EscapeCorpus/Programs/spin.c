// spin THREADS [MILLISECONDS]: runs that many endless threads, in two processes. With MILLISECONDS,
// each process stops after that much processor time.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long most;

static void *spin(void *unused) {
    for (volatile unsigned long turn = 1; turn; turn++) {
        struct timespec used;
        if (turn % 1000000 || most == 0) continue;
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
        if (used.tv_sec * 1000 + used.tv_nsec / 1000000 < most) continue;
        wait(NULL);
        puts("spun=ok");
        exit(0);
    }
    return unused;
}

int main(int count, char **arguments) {
    int threads = count > 1 ? atoi(arguments[1]) : 1;
    most = count > 2 ? atol(arguments[2]) : 0;
    fork();
    for (int thread = 1; thread < threads; thread++) {
        pthread_t number;
        pthread_create(&number, NULL, spin, NULL);
    }
    spin(NULL);
}
