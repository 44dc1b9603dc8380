@testable import Catalog

/// The reader of the operator's files.
///
/// Named apart from the API's, in a file that sees only the one: the module has a type of its own
/// name, so `Catalog.JSONValue` is not to be had.
typealias OperatorsJSON = JSONValue
