// What libFuzzer calls, some thousand times a second, with bytes that it thought up. The property
// is named by the environment, since the arguments are libFuzzer's own; without one they are
// listed, each with the longest input to try.
import Glibc

@testable import Properties

@_cdecl("LLVMFuzzerInitialize")
public func initialize(_: UnsafeMutableRawPointer?, _: UnsafeMutableRawPointer?) -> CInt {
    guard chosen == nil else { return 0 }
    for property in Property.all { print(property.name, property.bytesMax) }
    exit(getenv("FUZZ_TARGET") == nil ? 0 : 2)
}

@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do {
        try chosen?.check(Array(UnsafeBufferPointer(start: start, count: count)))
    } catch {
        complain("the property \(chosen?.name ?? "") does not hold: \(error)")
        abort()
    }
    return 0
}

private let chosen = getenv("FUZZ_TARGET").flatMap { name in
    Property.all.first { $0.name == String(cString: name) }
}

private func complain(_ text: String) {
    let line = Array((text + "\n").utf8)
    _ = write(STDERR_FILENO, line, line.count)
}
