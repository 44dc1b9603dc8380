internal import JailInit
internal import Kernel

/// The subordinate user and group numbers of this warden's jails: two for each jail, shared with no
/// other warden.
///
/// Numbers from 0x7000_0000 up lie above the ranges of systemd-nspawn (to 0x6fff_ffff) and
/// `/etc/subuid`. A warden claims a block of them with a file lock, which the kernel releases at
/// the warden's end, after a crash too. An ordinary user has no numbers to give: all jails of an
/// ordinary user share that user's own number.
struct IdentityRange: ~Copyable {
    static let base: UInt32 = 0x7000_0000
    static let jailsMax = 256
    private static let blocks = 64
    private static let folder = "/run/quicksand"

    /// The first number; `nil` for an ordinary user.
    let first: UInt32?
    private let lock: Descriptor?

    init(isRoot: Bool) throws(StartFailure) {
        guard isRoot else {
            first = nil
            lock = nil
            return
        }
        do {
            do throws(KernelError) {
                try Mount.makeFolder(Self.folder, mode: 0o700)
            } catch  where error.errno == Errno.exists {
            }
            for block in 0..<Self.blocks {
                let file = try Descriptor.open(
                    "\(Self.folder)/identities-\(block)",
                    flags: OpenFlags.readWrite | OpenFlags.create | OpenFlags.noFollow,
                    mode: 0o600
                )
                if try Files.lock(file.number) {
                    first = Self.base + UInt32(block * Self.jailsMax * 2)
                    lock = consume file
                    return
                }
            }
        } catch {
            throw StartFailure("uid range", error)
        }
        throw StartFailure("uid range", detail: "all \(Self.blocks) blocks are in use")
    }

    func identity(slot: Int) -> JailIdentity {
        first.map { .pair(host: $0 + UInt32(slot) * 2) } ?? .shared
    }
}
