internal import Kernel
internal import WardenProtocol

/// The reason why the warden will not start: a primitive that this machine lacks.
struct StartFailure: Error {
    let primitive: String
    let detail: String

    init(_ primitive: String, detail: String) {
        self.primitive = primitive
        self.detail = detail
    }

    init(_ primitive: String, _ error: KernelError) {
        self.init(primitive, detail: "\(error.call.rawValue) failed with errno \(error.errno)")
    }
}
