/// The page that a browser gets at `/`.
///
/// Its script inserts the output of programs only as text.
enum TryItPage {
    static let page = WebPage(
        PackageResources.try_mustache,
        style: PackageResources.try_css,
        script: PackageResources.try_js,
        asksServer: true
    )
}
