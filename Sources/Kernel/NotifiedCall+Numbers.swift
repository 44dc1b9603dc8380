internal import CLinux

/// The numbers of the calls that init answers by their arguments. A call that this architecture
/// lacks is -1.
extension NotifiedCall {
    public static let ioctl = linux_call_ioctl
    public static let fadvise64 = linux_call_fadvise64
    public static let preadv2 = linux_call_preadv2
    public static let pwritev2 = linux_call_pwritev2
    public static let prctl = linux_call_prctl
    public static let archPrctl = linux_call_arch_prctl
    public static let personality = linux_call_personality
    public static let socket = linux_call_socket
    public static let socketpair = linux_call_socketpair
    public static let setsockopt = linux_call_setsockopt

    public static let setuid = linux_call_setuid
    public static let setgid = linux_call_setgid
    public static let setreuid = linux_call_setreuid
    public static let setregid = linux_call_setregid
    public static let setresuid = linux_call_setresuid
    public static let setresgid = linux_call_setresgid
    public static let chown = linux_call_chown
    public static let lchown = linux_call_lchown
    public static let fchown = linux_call_fchown
    public static let fchownat = linux_call_fchownat
}
