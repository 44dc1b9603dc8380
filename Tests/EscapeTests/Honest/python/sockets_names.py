# Names of ports, protocols and the only interface; scopes of addresses, which are numbers of
# interfaces.
import socket


def attempt(name, action):
    try:
        print(name, action())
    except OSError:
        print(name, "none")


def addresses(host, port):
    return [entry[4] for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


for service in ("http", "https", "domain", "ssh", "ntp", "postgresql", "no-such-service"):
    attempt(service, lambda: socket.getservbyname(service))
for port, protocol in ((80, "tcp"), (53, "udp"), (514, "udp"), (5432, "tcp"), (1, "udp")):
    attempt(f"{port}/{protocol}", lambda: socket.getservbyport(port, protocol))
for protocol in ("ip", "icmp", "tcp", "udp", "ipv6", "ipv6-icmp", "no-such-protocol"):
    attempt(protocol, lambda: socket.getprotobyname(protocol))
attempt("getaddrinfo http", lambda: addresses("127.0.0.1", "http"))
attempt("getnameinfo http", lambda: socket.getnameinfo(("127.0.0.1", 80), socket.NI_NUMERICHOST))
attempt("lo", lambda: socket.if_nametoindex("lo"))
attempt("1", lambda: socket.if_indextoname(1))
attempt("no-such-if", lambda: socket.if_nametoindex("no-such-if"))
attempt("1000000", lambda: socket.if_indextoname(1000000))
attempt("scope by name", lambda: addresses("fe80::1%lo", 80))
attempt("scope by number", lambda: addresses("fe80::1%1", 80))
attempt("scope's name", lambda: socket.getnameinfo(
    ("fe80::1", 80, 0, 1), socket.NI_NUMERICHOST | socket.NI_NUMERICSERV))
