// Tries to make sockets: of every family, of every type, and of a few protocols.
#include "places.h"
#include <netinet/in.h>
#include <sys/socket.h>

static void make(const char *family, const char *kind, int number, int type, int protocol) {
    char name[64];
    snprintf(name, sizeof name, "%s %s", family, kind);
    int descriptor = socket(number, type, protocol);
    say(name, descriptor);
    if (descriptor >= 0) close(descriptor);
}

int attack(int count, char **arguments) {
    static const char *names[64] = {
        [AF_UNIX] = "unix", [AF_INET] = "inet", [AF_INET6] = "inet6", [AF_NETLINK] = "netlink"};
    for (int family = 0; family < 64; family++) {
        char number[16];
        snprintf(number, sizeof number, "family %d", family);
        const char *name = names[family] ? names[family] : number;
        make(name, "stream", family, SOCK_STREAM, 0);
        make(name, "datagram", family, SOCK_DGRAM, 0);
        make(name, "raw", family, SOCK_RAW, 0);
        make(name, "seqpacket", family, SOCK_SEQPACKET, 0);
        if (family != AF_INET && family != AF_INET6) continue;
        make(name, "icmp", family, SOCK_DGRAM, family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6);
        make(name, "sctp", family, SOCK_STREAM, IPPROTO_SCTP);
        make(name, "mptcp", family, SOCK_STREAM, 262);
        make(name, "udplite", family, SOCK_DGRAM, IPPROTO_UDPLITE);
    }
    return 0;
}
