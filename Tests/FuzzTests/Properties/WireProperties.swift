import Vocabulary

@testable import JailInit
@testable import WardenProtocol

/// The frames from the front to the warden, and the archives from init to the front.
///
/// A decoded value must have one encoding: encoding it again gives the same bytes.
enum WireProperties {
    static func frame(_ bytes: [UInt8]) throws {
        if let request = try? Request(decoding: bytes) {
            try demand(request.encoded() == bytes, "\(request) is written otherwise")
            try demand(
                request.descriptorCount <= Protocol.descriptorsMax,
                "\(request) carries \(request.descriptorCount) descriptors"
            )
        }
        if let reply = try? Reply(decoding: bytes) {
            try demand(reply.encoded() == bytes, "\(reply) is written otherwise")
        }
        if let program = try? Program(decoding: bytes) {
            try demand(program.encoded() == bytes, "\(program) is written otherwise")
        }
        if let order = try? InitOrder(decoding: bytes) {
            try demand(order.encoded() == bytes, "\(order) is written otherwise")
        }
        if let report = try? InitReport(decoding: bytes) {
            try demand(report.encoded() == bytes, "\(report) is written otherwise")
        }
    }

    static func catalogImage(_ bytes: [UInt8]) throws {
        guard let image = try? CatalogImage(decoding: bytes) else { return }
        try demand(image.encoded() == bytes, "\(image) is written otherwise")
        try demand(try CatalogImage(decoding: image.encoded()) == image, "\(image) reads otherwise")
    }

    static func archive(_ bytes: [UInt8]) throws {
        guard let entries = try? Archive.entries(in: bytes) else { return }
        var written: [UInt8] = []
        for entry in entries {
            switch entry {
            case .file(let path, let content):
                try checkPath(path)
                written += Archive.header(path: path, size: content.count) + content
            case .program(let path, let content):
                try checkPath(path)
                written += Archive.header(path: path, size: content.count, kind: .program) + content
            case .digest(let path, let digest):
                try checkPath(path)
                written += Archive.digest(path: path, digest)
            case .refused(let path, let reason):
                try checkPath(path)
                var writer = ByteWriter()
                writer.text(path)
                writer.integer(reason.code)
                written += writer.bytes
            }
        }
        try demand(written == bytes, "\(entries) are written otherwise")
    }

    private static func checkPath(_ path: String) throws {
        let bytes = Array(path.utf8)
        try demand((1...Archive.pathBytesMax).contains(bytes.count), "\(bytes.count) bytes of path")
        try demand(!bytes.contains(0), "\(path.debugDescription) has a NUL")
        let components = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        for component in components {
            let name = String(decoding: component, as: UTF8.self)
            try demand(!["", ".", ".."].contains(name), "\(path.debugDescription) is not relative")
        }
    }
}
