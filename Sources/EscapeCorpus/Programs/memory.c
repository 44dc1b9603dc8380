// Takes memory and writes to all of it. memory KIND MEBIBYTES
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MEBIBYTE = 1 << 20 };

static void fill(char *memory, size_t size) {
    if (memory == NULL || memory == MAP_FAILED || memory == (void *)-1) exit(3);
    for (size_t at = 0; at < size; at += 4096) memory[at] = 1;
}

static void fill_file(int file, int mebibytes) {
    static char piece[MEBIBYTE];
    memset(piece, 1, sizeof piece);
    if (file < 0) exit(4);
    for (int written = 0; written < mebibytes; written++)
        if (write(file, piece, sizeof piece) != sizeof piece) exit(5);
}

static int fill_stack(int mebibytes) {
    volatile char piece[MEBIBYTE];
    for (size_t at = 0; at < sizeof piece; at += 4096) piece[at] = 1;
    return mebibytes == 0 ? 0 : fill_stack(mebibytes - 1) + piece[0];
}

// What is sent to sockets that nobody reads.
static void fill_sockets(int mebibytes, int child) {
    static char piece[MEBIBYTE];
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(0x7f000002 + child)}};
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener, (void *)&address, size) || listen(listener, 8)) exit(6);
    getsockname(listener, (void *)&address, &size);
    for (long sent = 0; sent < (long)mebibytes * MEBIBYTE;) {
        int ends[2] = {socket(AF_INET, SOCK_STREAM, 0)};
        if (connect(ends[0], (void *)&address, size)) exit(7);
        if ((ends[1] = accept(listener, NULL, NULL)) < 0) exit(8);
        for (int end = 0; end < 2; end++) {
            long part = send(ends[end], piece, sizeof piece, MSG_DONTWAIT);
            if (part > 0) sent += part;
        }
    }
}

static void share_sockets(int mebibytes) {
    int ends[2];
    char byte;
    if (pipe(ends)) exit(9);
    for (int child = 0; child < 16; child++)
        if (fork() == 0) {
            fill_sockets(mebibytes / 16, child);
            if (write(ends[1], "x", 1) == 1) pause();
        }
    close(ends[1]);
    for (int child = 0; child < 16; child++)
        if (read(ends[0], &byte, 1) != 1) exit(10);
    // The warden looks at intervals.
    sleep(3);
    fill(malloc(MEBIBYTE), MEBIBYTE);
}

int main(int count, char **arguments) {
    if (count < 3) return 2;
    const char *kind = arguments[1];
    int mebibytes = atoi(arguments[2]);
    size_t size = (size_t)mebibytes * MEBIBYTE;
    if (!strcmp(kind, "heap")) fill(malloc(size), size);
    if (!strcmp(kind, "shared"))
        fill(mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0), size);
    if (!strcmp(kind, "memfd")) fill_file(memfd_create("m", 0), mebibytes);
    if (!strcmp(kind, "tmpfs")) {
        int file = open("/tmp/memory", O_CREAT | O_RDWR, 0600);
        unlink("/tmp/memory");
        fill_file(file, mebibytes);
    }
    if (!strcmp(kind, "sysv")) {
        int segment = shmget(IPC_PRIVATE, size, 0600);
        char *memory = shmat(segment, NULL, 0);
        shmctl(segment, IPC_RMID, NULL);
        fill(memory, size);
    }
    if (!strcmp(kind, "stack")) {
        struct rlimit limit;
        getrlimit(RLIMIT_STACK, &limit);
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_STACK, &limit);
        fill_stack(mebibytes);
    }
    if (!strcmp(kind, "child")) {
        // The first process ends well with 0: that must not hide the other process's end.
        if (fork() == 0) fill(malloc(size), size), _exit(0);
        wait(NULL);
    }
    if (!strcmp(kind, "sockets")) share_sockets(mebibytes);
    puts("filled=ok");
}
