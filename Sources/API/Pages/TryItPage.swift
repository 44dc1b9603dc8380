/// The page that a browser gets at `/`.
///
/// What programs write is only ever put in as text.
enum TryItPage {
    static let page = WebPage(
        PackageResources.try_mustache,
        style: PackageResources.try_css,
        script: PackageResources.try_js,
        asksServer: true
    )
}
