internal import Kernel
internal import WardenProtocol

/// Where each controller that jails need lives on this machine: a hierarchy of its own (v1), the
/// unified one (v2), or some of each (hybrid).
///
/// Found once, at start.
struct CgroupLayout: ~Copyable {
    /// Folders of ours, one for each hierarchy that has to be joined, under which every jail gets a
    /// group.
    private let hierarchies: [Hierarchy]
    private let name: String

    /// The cgroup controllers that jails need.
    ///
    /// On v1 `cpuacct` counts processor time; on v2 every group does.
    enum Controller: String, CaseIterable {
        case memory, pids, cpuacct
    }

    struct Hierarchy {
        let directory: Int32
        /// The parent of `directory`, kept open for removal after every path is gone.
        let parent: Int32
        let path: String
        let controllers: [Controller]
        let isUnified: Bool

        func has(_ controller: Controller) -> Bool { controllers.contains(controller) }
    }

    private let accounting: MemoryAccounting

    /// - Parameter name: of our group below the one that this process is in; tells wardens apart.
    /// - Throws: ``StartFailure`` naming the controller that is missing.
    init(name: String) throws(StartFailure) {
        var hierarchies: [Hierarchy] = []
        let accounting: MemoryAccounting
        do throws(StartFailure) {
            for place in try CgroupPlace.find() {
                hierarchies.append(try place.makeHierarchy(name: name))
            }
            accounting = try MemoryAccounting(of: hierarchies.first { $0.has(.memory) })
        } catch {
            for hierarchy in hierarchies { Self.remove(hierarchy, name: name) }
            throw error
        }
        self.name = name
        self.hierarchies = hierarchies
        self.accounting = accounting
    }

    /// For a machine where the operator allowed that there is none.
    init(absent: Void) {
        name = ""
        hierarchies = []
        accounting = .none
    }

    var isThere: Bool { !hierarchies.isEmpty }

    deinit { for hierarchy in hierarchies { Self.remove(hierarchy, name: name) } }

    private static func remove(_ hierarchy: Hierarchy, name: String) {
        Descriptor.close(hierarchy.directory)
        try? Files.removeFolder(name, in: hierarchy.parent)
        Descriptor.close(hierarchy.parent)
    }

    /// One line for each controller: which version, and where; and what is not counted.
    var primitives: [Primitive] {
        hierarchies.flatMap { hierarchy in
            hierarchy.controllers.map { controller in
                let version = hierarchy.isUnified ? "v2" : "v1"
                return Primitive(
                    name: "cgroup " + controller.rawValue,
                    detail: version + " " + hierarchy.path
                )
            }
        } + accounting.primitives
    }

    func makeGroup(_ name: String) throws(KernelError) -> JailCgroup {
        let group = JailCgroup(name: name, accounting: accounting)
        do throws(KernelError) {
            for hierarchy in hierarchies { try group.make(in: hierarchy) }
        } catch {
            _ = group.remove()
            throw error
        }
        return group
    }
}
