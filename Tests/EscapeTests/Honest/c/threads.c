// POSIX and C11 threads, and everything they wait on.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <threads.h>
#include <time.h>

enum { count = 16, rounds = 1000 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_barrier_t barrier;
static pthread_key_t key;
static sem_t semaphore;
static atomic_int sum, destroyed, firsts;
static int guarded, ready;
static once_flag once = ONCE_FLAG_INIT;
static int onces;

static void count_once(void) { onces++; }
static void destroy(void *value) { (void)value; destroyed++; }

static void *work(void *argument) {
    pthread_setspecific(key, argument);
    pthread_mutex_lock(&mutex);
    while (!ready) pthread_cond_wait(&condition, &mutex);
    pthread_mutex_unlock(&mutex);
    for (int i = 0; i < rounds; i++) {
        atomic_fetch_add(&sum, 1);
        pthread_rwlock_wrlock(&lock);
        guarded++;
        pthread_rwlock_unlock(&lock);
    }
    if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD) firsts++;
    sem_post(&semaphore);
    return argument;
}

static void *forever(void *argument) {
    for (;;) nanosleep(&(struct timespec){60, 0}, NULL);
    return argument;
}

static int standard(void *argument) {
    call_once(&once, count_once);
    mtx_lock(argument);
    mtx_unlock(argument);
    return 7;
}

static struct timespec soon(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    time.tv_nsec += 5000000;
    if (time.tv_nsec >= 1000000000) time.tv_sec++, time.tv_nsec -= 1000000000;
    return time;
}

int main(void) {
    pthread_t threads[count];
    pthread_barrier_init(&barrier, NULL, count);
    pthread_key_create(&key, destroy);
    sem_init(&semaphore, 0, 0);
    for (long i = 0; i < count; i++) pthread_create(&threads[i], NULL, work, (void *)(i + 1));
    pthread_mutex_lock(&mutex);
    ready = 1;
    pthread_cond_broadcast(&condition);
    pthread_mutex_unlock(&mutex);
    for (int i = 0; i < count; i++) sem_wait(&semaphore);
    long results = 0;
    for (int i = 0; i < count; i++) {
        void *result;
        pthread_join(threads[i], &result);
        results += (long)result;
    }
    printf("threads %d %d %ld %d %d\n", sum, guarded, results, firsts, destroyed);

    struct timespec until = soon(CLOCK_REALTIME);
    pthread_mutex_lock(&mutex);
    printf("condition %d\n", pthread_cond_timedwait(&condition, &mutex, &until) == ETIMEDOUT);
    until = soon(CLOCK_MONOTONIC);
    printf("monotonic %d\n", pthread_cond_clockwait(&condition, &mutex, CLOCK_MONOTONIC, &until)
        == ETIMEDOUT);
    until = soon(CLOCK_REALTIME);
    printf("mutex %d\n", pthread_mutex_timedlock(&mutex, &until) == ETIMEDOUT);
    pthread_mutex_unlock(&mutex);
    until = soon(CLOCK_REALTIME);
    printf("semaphore %d\n", sem_timedwait(&semaphore, &until) == -1 && errno == ETIMEDOUT);

    pthread_t endless;
    void *result;
    pthread_create(&endless, NULL, forever, NULL);
    pthread_cancel(endless);
    pthread_join(endless, &result);
    printf("cancelled %d\n", result == PTHREAD_CANCELED);

    pthread_mutexattr_t attributes;
    pthread_mutex_t recursive;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&recursive, &attributes);
    printf("recursive %d %d\n", pthread_mutex_lock(&recursive), pthread_mutex_lock(&recursive));

    pthread_attr_t big;
    pthread_attr_init(&big);
    printf("stack %d\n", pthread_attr_setstacksize(&big, 16 << 20));
    pthread_create(&endless, &big, forever, NULL);
    pthread_setname_np(endless, "honest");
    pthread_cancel(endless);
    pthread_join(endless, NULL);

    thrd_t other[2];
    mtx_t own;
    int code = 0;
    mtx_init(&own, mtx_timed);
    for (int i = 0; i < 2; i++) thrd_create(&other[i], standard, &own);
    for (int i = 0; i < 2; i++) thrd_join(other[i], &code);
    printf("C11 %d %d\n", code, onces);
}
