# What a datagram tells of its way besides its bytes.
import socket
import struct

numbers = struct.Struct("i")


def exchange(family, host, wanted, sending=()):
    with socket.socket(family, socket.SOCK_DGRAM) as server:
        server.bind((host, 0))
        server.settimeout(120)
        for level, option in wanted:
            server.setsockopt(level, option, 1)
        with socket.socket(family, socket.SOCK_DGRAM) as client:
            for level, option, value in sending:
                client.setsockopt(level, option, value)
            client.sendto(b"datagram", server.getsockname())
        message, extras, _, _ = server.recvmsg(100, 1000)
        found = {(level, kind): data for level, kind, data in extras}
        return message, found


def address4():
    message, found = exchange(socket.AF_INET, "127.0.0.1", [(socket.IPPROTO_IP, 8)])  # IP_PKTINFO
    return message, socket.inet_ntoa(found[socket.IPPROTO_IP, 8][8:12])


def address6():
    level, option = socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO
    message, found = exchange(socket.AF_INET6, "::1", [(level, option)])
    data = found[level, socket.IPV6_PKTINFO]
    return message, socket.inet_ntop(socket.AF_INET6, data[:16]), numbers.unpack(data[16:])


def way4():
    level = socket.IPPROTO_IP
    message, found = exchange(
        socket.AF_INET, "127.0.0.1", [(level, 12), (level, 13)],  # IP_RECVTTL, IP_RECVTOS
        [(level, socket.IP_TTL, 7), (level, socket.IP_TOS, 0x10)])
    return message, numbers.unpack(found[level, socket.IP_TTL]), found[level, socket.IP_TOS]


def way6():
    level = socket.IPPROTO_IPV6
    message, found = exchange(
        socket.AF_INET6, "::1", [(level, socket.IPV6_RECVHOPLIMIT), (level, socket.IPV6_RECVTCLASS)],
        [(level, socket.IPV6_UNICAST_HOPS, 7), (level, socket.IPV6_TCLASS, 0x10)])
    return (message, numbers.unpack(found[level, socket.IPV6_HOPLIMIT]),
            numbers.unpack(found[level, socket.IPV6_TCLASS]))


for attempt in (address4, address6, way4, way6):
    try:
        result = attempt()
    except OSError as error:
        result = f"{type(error).__name__}: {error}"
    print(attempt.__name__, result)
