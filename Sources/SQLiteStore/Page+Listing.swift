import Domain
import GRDB

extension Database {
    /// One page, and how many rows there are altogether.
    ///
    /// Both statements take `arguments`; the one of the page takes its limit and its offset after
    /// them.
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
    /// A page that asks for too much or for nothing gets the nearest that there is.
    var rows: Int { min(max(limit, 1), 100) }
    var skipped: Int { max(offset, 0) }
}
