import Domain
import GRDB

extension Database {
    /// Returns one page and the number of rows on all pages.
    ///
    /// Both statements take `arguments`; the page's statement then takes its limit and its offset.
    func listing<Element>(
        count: String,
        page: String,
        arguments: StatementArguments,
        _ range: Page,
        _ element: (Row) throws -> Element
    ) throws -> Listing<Element> {
        let total = try Int.fetchOne(cachedStatement(sql: count), arguments: arguments) ?? 0
        let rows = try Row.fetchAll(
            cachedStatement(sql: page),
            arguments: arguments + [range.rows, range.skipped]
        )
        return Listing(elements: try rows.map(element), total: total)
    }
}

extension Page {
    /// The number of rows, moved into the permitted range.
    var rows: Int { min(max(limit, 1), 100) }
    var skipped: Int { max(offset, 0) }
}
