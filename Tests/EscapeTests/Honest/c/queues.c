// POSIX message queues: outside they are there, no jail has any. A program learns it by an error.
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(void) {
    char name[64], text[64] = "";
    snprintf(name, sizeof name, "/honest-%d", getpid());
    struct mq_attr attributes = {.mq_maxmsg = 2, .mq_msgsize = 64};
    mqd_t queue = mq_open(name, O_CREAT | O_EXCL | O_RDWR, 0600, &attributes);
    if (queue < 0) {
        printf("mq_open: %s\n", strerror(errno));
        return 0;
    }
    mq_unlink(name);
    mq_send(queue, "message", 8, 0);
    printf("mq_receive %zd %s\n", mq_receive(queue, text, sizeof text, NULL), text);
}
