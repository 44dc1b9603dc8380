package import Kernel
package import Vocabulary
package import WardenProtocol

/// Everything about a jail that was decided before it was made.
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

    /// Puts up one wall, unless a test left it out.
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
    /// As the kernel counts.
    ///
    /// Of what the warden has accepted none is below 1.
    package func count(_ limit: Limit) -> UInt64 { UInt64(clamping: self[limit]) }
}
