# network PORT ABSTRACT: every way out that a program may think of.
import fcntl, socket, struct, sys
from attempts import attempt

port, abstract = int(sys.argv[1]), sys.argv[2]

def connect(host, port, kind=socket.SOCK_STREAM, family=socket.AF_INET):
    with socket.socket(family, kind) as way:
        way.settimeout(60)
        way.connect((host, port))
        if kind == socket.SOCK_DGRAM:
            way.send(b"escape")

def make(family, kind, protocol=0):
    def action():
        socket.socket(family, kind, protocol).close()
    return action

def unix():
    with socket.socket(socket.AF_UNIX) as way:
        way.connect("\0" + abstract)

def interface(name):
    def action():
        with socket.socketpair()[0] as way:
            fcntl.ioctl(way, 0x8933, struct.pack("40s", name))  # SIOCGIFINDEX
    return action

attempt("host loopback", lambda: connect("127.0.0.1", port))
attempt("host datagram", lambda: connect("127.0.0.1", port, socket.SOCK_DGRAM))
attempt("abstract unix socket", unix)
if len(sys.argv) < 4:
    attempt("host loopback 6", lambda: connect("::1", port, family=socket.AF_INET6))
    attempt("interface eth0", interface(b"eth0"))
    attempt("interface ens3", interface(b"ens3"))
    attempt("interface docker0", interface(b"docker0"))
    attempt("metadata", lambda: connect("169.254.169.254", 80))
    attempt("name server", lambda: connect("192.0.2.53", 53, socket.SOCK_DGRAM))
    attempt("name", lambda: socket.getaddrinfo("example.com", 80))
    attempt("raw", make(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP))
    attempt("packet", make(socket.AF_PACKET, socket.SOCK_RAW))
    attempt("vsock", make(40, socket.SOCK_STREAM))
    attempt("alg", make(38, socket.SOCK_SEQPACKET))
