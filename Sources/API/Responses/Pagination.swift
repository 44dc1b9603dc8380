import Domain
import JSON

/// The position of a page in its list.
struct Pagination: Sendable {
    let total: Int
    let page: Page
    let count: Int

    static let payload = ObjectDescription<Pagination>.answer(
        "Pagination",
        "The position of a page in its list.",
        [
            Field("total", \.total, .whole("objects on all pages")),
            Field("limit", \.page.limit, .whole("as requested")),
            Field("offset", \.page.offset, .whole("as requested")),
            Field("has_more", \.hasMore, .flag("whether there is another page")),
        ]
    )

    private var hasMore: Bool {
        let end = page.offset.addingReportingOverflow(count)
        return !end.overflow && end.partialValue < total
    }
}

extension Listing {
    func json(_ page: Page, _ element: (Element) -> JSONValue) -> JSONValue {
        let pagination = Pagination(total: total, page: page, count: elements.count)
        return Envelope.anyPage.encode(
            PageEnvelope(elements: elements.map(element), pagination: pagination)
        )
    }
}
