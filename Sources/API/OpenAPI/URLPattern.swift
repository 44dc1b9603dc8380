/// The rules of ``CallbackURL`` as one pattern.
enum URLPattern {
    static let web =
        "^[Hh][Tt][Tt][Pp][Ss]?://(?:\(name)|\(dottedQuad)|\(bracketed))(?::\(port))?(?:[/?]\(rest)*)?$"

    /// A DNS name, with or without the dot of the root.
    ///
    /// Its last label must not look like a number.
    private static let name =
        "(?![^:/?]{254})(?:\(label)\\.)*(?![0-9]+\\.?(?:[:/?]|$)|0[Xx][0-9A-Fa-f]*\\.?(?:[:/?]|$))\(label)\\.?"
    private static let label = "[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"

    private static let dottedQuad = "(?:\(octet)\\.){3}\(octet)"
    private static let octet = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"

    /// An IPv6 address, approximately: a pattern cannot express which colons may be left out.
    private static let bracketed = "\\[[0-9A-Fa-f:.]{2,45}\\]"

    private static let port =
        "(?:6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|0{0,4}[1-9]|0{0,3}[1-9][0-9]|0{0,2}[1-9][0-9]{2}|0?[1-9][0-9]{3})"

    /// Every printable character that may stand in a path or a query (RFC 3986).
    private static let rest = "[!$-;=?-Z_a-z~]"
}
