// Memory: maps of all kinds, shared between processes, big allocations, a deep stack.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int in_child(void (*function)(void *), void *argument) {
    pid_t process = fork();
    if (process == 0) {
        function(argument);
        _exit(0);
    }
    int status = -1;
    waitpid(process, &status, 0);
    return status;
}

static void write_hello(void *place) { strcpy(place, "hello"); }
static void post(void *semaphore) { sem_post(semaphore); }

static long depth(long left) {
    volatile char frame[1024];
    frame[0] = (char)left;
    return left == 0 ? frame[0] : 1 + depth(left - 1);
}

static void *map(size_t size, int flags, int file) {
    return mmap(NULL, size, PROT_READ | PROT_WRITE, flags, file, 0);
}

int main(void) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    char *shared = map(4096, MAP_SHARED | MAP_ANONYMOUS, -1);
    in_child(write_hello, shared);
    printf("shared %s\n", shared);

    char name[64];
    snprintf(name, sizeof name, "/honest-%d", getpid());
    int file = shm_open(name, O_CREAT | O_EXCL | O_RDWR, 0600);
    if (ftruncate(file, 1 << 20)) return 1;
    char *posix = map(1 << 20, MAP_SHARED, file);
    in_child(write_hello, posix + 4096);
    printf("shm_open %s %d\n", posix + 4096, shm_unlink(name));

    sem_t *semaphore = sem_open(name, O_CREAT | O_EXCL, 0600, 0);
    in_child(post, semaphore);
    printf("sem_open %d %d\n", sem_wait(semaphore), sem_unlink(name));

    int segment = shmget(IPC_PRIVATE, 1 << 16, IPC_CREAT | 0600);
    char *old = shmat(segment, NULL, 0);
    in_child(write_hello, old);
    printf("shmget %s", old);
    printf(" %d %d\n", shmdt(old), shmctl(segment, IPC_RMID, NULL));
    int queue = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
    struct { long type; char text[8]; } message = {1, "message"};
    msgsnd(queue, &message, sizeof message.text, 0);
    message.text[0] = 0;
    long got = msgrcv(queue, &message, sizeof message.text, 0, 0);
    printf("msgget %ld %s %d\n", got, message.text, msgctl(queue, IPC_RMID, NULL));
    int set = semget(IPC_PRIVATE, 1, IPC_CREAT | 0600);
    struct sembuf up = {0, 1, 0}, down = {0, -1, 0};
    printf("semget %d", semop(set, &up, 1));
    printf(" %d", semop(set, &down, 1));
    printf(" %d\n", semctl(set, 0, IPC_RMID));

    char path[] = "/tmp/honest-XXXXXX";
    file = mkstemp(path);
    if (ftruncate(file, 1 << 16)) return 1;
    char *private = map(1 << 16, MAP_PRIVATE, file), *open = map(1 << 16, MAP_SHARED, file);
    strcpy(private, "private");
    strcpy(open + 8, "shared");
    char text[16];
    if (pread(file, text, 16, 0) != 16) return 1;
    printf("file '%s' '%s' %d\n", text, text + 8, msync(open, 1 << 16, MS_SYNC));
    unlink(path);
    int memfd = memfd_create("honest", MFD_ALLOW_SEALING);
    if (ftruncate(memfd, 4096)) return 1;
    printf("memfd %d\n", fcntl(memfd, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK));

    char *moved = mremap(map(4096, MAP_PRIVATE | MAP_ANONYMOUS, -1), 4096, 1 << 24, MREMAP_MAYMOVE);
    memset(moved, 1, 1 << 24);
    printf("mremap %d", moved[(1 << 24) - 1]);
    printf(" %d", madvise(moved, 1 << 24, MADV_DONTNEED));
    printf(" %d\n", moved[0]);
    printf("mprotect %d mlock %d\n", mprotect(moved, 4096, PROT_READ), mlock(moved, 4096));
    char *code = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
        -1, 0);
    printf("executable %d\n", code != MAP_FAILED);

    size_t large = (size_t)150 << 20;
    char *block = malloc(large);
    memset(block, 7, large);
    printf("large %d\n", block[large - 1]);
    free(block);
    printf("reserved %d\n", map((size_t)1 << 40, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1)
        != MAP_FAILED);
    printf("too large %d\n", malloc(PTRDIFF_MAX) == NULL && errno == ENOMEM);
    void *aligned = NULL;
    int failed = posix_memalign(&aligned, 1 << 16, 100);
    printf("aligned %d %d\n", failed, (int)((uintptr_t)aligned & 0xffff));
    printf("deep %ld\n", depth(5000));
}
