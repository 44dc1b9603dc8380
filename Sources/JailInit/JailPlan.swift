package import Kernel
package import Vocabulary
package import WardenProtocol

/// The parameters of a jail, all decided before the jail is made.
package struct JailPlan {
    /// The path of the runtime's read-only tree in the warden's root; the jail's root is a copy.
    package let root: String
    package let filter: [UInt8]
    /// The limits of the `open` request.
    package let limits: Limits
    package let identity: JailIdentity
    package var raisesLoopback: Bool
    package let landlockVersion: Int32
    package let hasCgroup: Bool
    package let absent: Set<IsolationLayer>

    package init(
        root: String,
        filter: [UInt8],
        limits: Limits,
        identity: JailIdentity,
        raisesLoopback: Bool,
        landlockVersion: Int32,
        hasCgroup: Bool,
        absent: Set<IsolationLayer>
    ) {
        self.root = root
        self.filter = filter
        self.limits = limits
        self.identity = identity
        self.raisesLoopback = raisesLoopback
        self.landlockVersion = landlockVersion
        self.hasCgroup = hasCgroup
        self.absent = absent
    }

    package func has(_ layer: IsolationLayer) -> Bool { !absent.contains(layer) }

    /// Builds one isolation layer, unless a test left it out.
    package func with(
        _ layer: IsolationLayer,
        _ build: () throws(KernelError) -> Void
    ) throws(KernelError) {
        if has(layer) { try build() }
    }

    package var namespaces: Namespaces {
        var namespaces: Namespaces = [.user, .process, .mount, .network, .ipc, .uts]
        if !has(.ipcNamespace) { namespaces.remove(.ipc) }
        if !has(.networkNamespace) { namespaces.remove(.network) }
        return namespaces
    }
}

extension Limits {
    /// Returns a limit in the kernel's unsigned type.
    ///
    /// No limit that the warden has accepted is below 1.
    package func count(_ limit: Limit) -> UInt64 { UInt64(clamping: self[limit]) }
}
