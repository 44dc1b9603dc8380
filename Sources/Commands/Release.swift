/// What this program calls itself, to clients and to servers.
package enum Release {
    package static let version = "0.1.0"
}
