/// The name and version of this program, as clients and servers see it.
package enum Release {
    package static let version = "0.1.0"
}
