// spin THREADS: that many threads that never stop, in two processes.
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

static void *spin(void *unused) {
    for (volatile unsigned long turn = 0;; turn++) {}
    return unused;
}

int main(int count, char **arguments) {
    int threads = count > 1 ? atoi(arguments[1]) : 1;
    fork();
    for (int thread = 1; thread < threads; thread++) {
        pthread_t number;
        pthread_create(&number, NULL, spin, NULL);
    }
    spin(NULL);
}
