import Foundation

/// A file from the command line.
enum InputFile {
    /// - Parameter path: the file's path; `-` is this command's own standard input.
    /// - Throws: ``CommandError`` if the file cannot be read, or is larger than `bytesMax`.
    static func read(_ path: String, bytesMax: Int) throws -> Data {
        let data: Data
        do {
            let handle =
                path == "-"
                ? FileHandle.standardInput
                : try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            data = try handle.read(upToCount: bytesMax + 1) ?? Data()
        } catch {
            throw CommandError(2, "\(path) cannot be read: \(error.localizedDescription)")
        }
        guard data.count <= bytesMax else {
            throw CommandError(2, "\(path) is larger than \(bytesMax) bytes")
        }
        return data
    }
}
