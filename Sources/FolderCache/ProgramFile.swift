import Cryptography
import Domain
import Foundation
import StoredRecords

/// The file format of a cached program.
///
/// A file has a mark, a checksum of the rest and of the file's name, the length of the stage's
/// result, the result as JSON, and the program's bytes.
///
/// The checksum detects accidents: a truncated file, a bad sector, a file under another's name. It
/// does not protect against a writer of the folder, who could write the checksum too.
enum ProgramFile {
    private static let mark = Array("QSP1".utf8)
    private static let headBytes = mark.count + SHA256.byteCount
    private static let lengthBytes = 8
    /// The most bytes of a file: a program, its compiler's output in base64, and the rest of the
    /// result.
    static let bytesMax = CompiledProgram.bytesMax * 2 + (1 << 20)

    static func encode(_ program: CompiledProgram, for key: ProgramKey) throws -> Data {
        let result = try StageRecord.encode(program.result)
        var body = Data(capacity: lengthBytes + result.count + program.content.count)
        withUnsafeBytes(of: UInt64(result.count).littleEndian) { body.append(contentsOf: $0) }
        body.append(result)
        body.append(program.content)
        return Data(mark) + Data(checksum(body, key)) + body
    }

    /// - Returns: `nil` for anything except the output of ``encode(_:for:)`` for this key.
    static func decode(_ file: Data, for key: ProgramKey) -> CompiledProgram? {
        guard file.count >= headBytes + lengthBytes, file.starts(with: mark) else { return nil }
        let body = file.dropFirst(headBytes)
        let written = file.dropFirst(mark.count).prefix(SHA256.byteCount)
        guard checksum(body, key) == Array(written) else { return nil }
        let length = body.prefix(lengthBytes).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let rest = body.dropFirst(lengthBytes)
        guard length <= UInt64(rest.count),
            let result = try? StageRecord.decode(rest.prefix(Int(length)))
        else { return nil }
        // The copy is necessary: a slice would keep the whole file in memory.
        return CompiledProgram(result: result, content: Data(rest.dropFirst(Int(length))))
    }

    private static func checksum(_ body: Data, _ key: ProgramKey) -> [UInt8] {
        var hash = SHA256()
        hash.update(Data(key.fileName.utf8))
        hash.update(body)
        return hash.digest().bytes
    }
}
