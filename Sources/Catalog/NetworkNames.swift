/// The names of ports and protocols in every jail, the same on every machine.
///
/// They are the ones that people write in place of a number: a program that asks for `http` gets 80
/// (getservbyname, getaddrinfo), and one that asks for `tcp` gets 6 (getprotobyname).
enum NetworkNames {
    /// The content of `/etc/services`; see services(5).
    static let services =
        ports.map { name, port, protocols, aliases in
            protocols.map { "\(name) \(port)/\($0) \(aliases)\n" }.joined()
        }.joined()

    /// The content of `/etc/protocols`; see protocols(5).
    static let protocols = """
        ip 0 IP
        icmp 1 ICMP
        igmp 2 IGMP
        tcp 6 TCP
        udp 17 UDP
        ipv6 41 IPv6
        ipv6-route 43 IPv6-Route
        ipv6-frag 44 IPv6-Frag
        gre 47 GRE
        esp 50 IPSEC-ESP
        ah 51 IPSEC-AH
        ipv6-icmp 58 IPv6-ICMP
        ipv6-nonxt 59 IPv6-NoNxt
        ipv6-opts 60 IPv6-Opts
        ospf 89 OSPFIGP
        sctp 132 SCTP
        udplite 136 UDPLite
        mptcp 262 MPTCP

        """

    private static let tcp = ["tcp"]
    private static let udp = ["udp"]
    private static let both = ["tcp", "udp"]

    /// As Debian's netbase has them, by their numbers.
    private static let ports: [(name: String, port: Int, protocols: [String], aliases: String)] = [
        ("tcpmux", 1, tcp, ""),
        ("echo", 7, both, ""),
        ("discard", 9, both, "sink null"),
        ("daytime", 13, both, ""),
        ("qotd", 17, tcp, "quote"),
        ("chargen", 19, both, "ttytst source"),
        ("ftp-data", 20, tcp, ""),
        ("ftp", 21, tcp, ""),
        ("ssh", 22, tcp, ""),
        ("telnet", 23, tcp, ""),
        ("smtp", 25, tcp, "mail"),
        ("time", 37, both, "timserver"),
        ("whois", 43, tcp, "nicname"),
        ("domain", 53, both, ""),
        ("bootps", 67, udp, ""),
        ("bootpc", 68, udp, ""),
        ("tftp", 69, udp, ""),
        ("gopher", 70, tcp, ""),
        ("finger", 79, tcp, ""),
        ("http", 80, tcp, "www"),
        ("kerberos", 88, both, "kerberos5 krb5 kerberos-sec"),
        ("pop3", 110, tcp, "pop-3"),
        ("sunrpc", 111, both, "portmapper"),
        ("auth", 113, tcp, "authentication tap ident"),
        ("nntp", 119, tcp, "readnews untp"),
        ("ntp", 123, udp, ""),
        ("imap2", 143, tcp, "imap"),
        ("snmp", 161, both, ""),
        ("snmp-trap", 162, both, "snmptrap"),
        ("bgp", 179, tcp, ""),
        ("ldap", 389, both, ""),
        ("https", 443, both, ""),
        ("submissions", 465, tcp, "ssmtp smtps urd"),
        ("syslog", 514, udp, ""),
        ("rtsp", 554, both, ""),
        ("submission", 587, tcp, ""),
        ("ipp", 631, tcp, ""),
        ("ldaps", 636, both, ""),
        ("domain-s", 853, both, ""),
        ("rsync", 873, tcp, ""),
        ("ftps", 990, tcp, ""),
        ("imaps", 993, tcp, ""),
        ("pop3s", 995, tcp, ""),
        ("socks", 1080, tcp, ""),
        ("openvpn", 1194, both, ""),
        ("radius", 1812, both, ""),
        ("nfs", 2049, both, ""),
        ("mysql", 3306, tcp, ""),
        ("svn", 3690, tcp, "subversion"),
        ("sip", 5060, both, ""),
        ("xmpp-client", 5222, tcp, "jabber-client"),
        ("mdns", 5353, udp, ""),
        ("postgresql", 5432, tcp, "postgres"),
        ("amqp", 5672, tcp, ""),
        ("x11", 6000, tcp, "x11-0"),
        ("redis", 6379, tcp, ""),
        ("ircd", 6667, tcp, ""),
        ("http-alt", 8080, tcp, "webcache"),
        ("git", 9418, tcp, ""),
    ]
}
