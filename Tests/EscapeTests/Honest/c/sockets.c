// Sockets of the program's own. The profile without sockets must answer with an error.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void echo(const char *name, int family, int type, struct sockaddr *own, socklen_t size) {
    int server = socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (server < 0) {
        printf("%s: %s\n", name, strerror(errno));
        return;
    }
    int client = socket(family, type, 0), yes = 1, accepted = server;
    setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (family != AF_UNIX && type == SOCK_STREAM)
        setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (bind(server, own, size)) perror("bind");
    if (type == SOCK_STREAM && listen(server, 8)) perror("listen");
    getsockname(server, own, &size);
    if (connect(client, own, size)) perror("connect");
    struct pollfd polled = {server, POLLIN, 0};
    char text[16] = "";
    if (type == SOCK_STREAM) {
        poll(&polled, 1, 120000);
        accepted = accept4(server, NULL, NULL, SOCK_CLOEXEC);
    }
    send(client, "through", 8, MSG_NOSIGNAL);
    polled.fd = accepted;
    poll(&polled, 1, 120000);
    ssize_t count = recv(accepted, text, sizeof text, 0);
    int error = -1;
    socklen_t length = sizeof error;
    getsockopt(client, SOL_SOCKET, SO_ERROR, &error, &length);
    printf("%s: %zd %s %d\n", name, count, text, error);
    if (accepted != server) close(accepted);
    close(client);
    close(server);
}

int main(void) {
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in four_too = four;
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    struct sockaddr_un path = {AF_UNIX, "socket"}, letters = {AF_UNIX, "box"};
    struct sockaddr_un abstract = {AF_UNIX, ""};
    snprintf(abstract.sun_path + 1, 30, "honest-%d", getpid());
    echo("tcp", AF_INET, SOCK_STREAM, (void *)&four, sizeof four);
    echo("udp", AF_INET, SOCK_DGRAM, (void *)&four_too, sizeof four_too);
    echo("tcp6", AF_INET6, SOCK_STREAM, (void *)&six, sizeof six);
    echo("unix", AF_UNIX, SOCK_STREAM, (void *)&path, sizeof path);
    echo("unix datagram", AF_UNIX, SOCK_DGRAM, (void *)&letters, sizeof letters);
    echo("abstract", AF_UNIX, SOCK_STREAM, (void *)&abstract, sizeof abstract);
    unlink("socket");
    unlink("box");
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *found = NULL;
    printf("localhost %d\n", getaddrinfo("localhost", "80", &hints, &found));
}
