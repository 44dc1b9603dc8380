import HTTPTypes
import JSON

/// Links from answers to operations, derived from the paths.
///
/// A resource is a path that ends in `/{id}` and has a GET operation. An answer with the resource's
/// schema, and an operation on the resource's collection, link to all operations at and below the
/// resource. A PUT links to the other operations on its path, and to the POST operations of the
/// resource that it is below.
struct Links: Sendable {
    private struct Resource {
        let path: String
        let schema: JSONValue?
        /// The endpoints at and below the path.
        let endpoints: [Endpoint]

        var collection: String { String(path.dropLast(Links.suffix.count)) }
    }

    private static let suffix = "/{id}"
    private let resources: [Resource]

    init(_ endpoints: [Endpoint]) {
        resources = endpoints.filter { $0.method == .get && $0.path.hasSuffix(Self.suffix) }
            .map { endpoint in
                Resource(
                    path: endpoint.path,
                    schema: endpoint.operation.answers.lazy.compactMap(\.data).first,
                    endpoints: endpoints.filter {
                        ($0.path + "/").hasPrefix(endpoint.path + "/")
                    }
                )
            }
    }

    /// - Returns: `nil` if the answer has no links.
    func json(from endpoint: Endpoint) -> JSONValue? {
        let links = endpoint.method == .put ? besides(endpoint) : made(by: endpoint)
        return links.isEmpty ? nil : .object(links)
    }

    private func made(by endpoint: Endpoint) -> [JSONValue.Member] {
        // A list may be empty, and then a link from it would have no target.
        if endpoint.operation.answers.contains(where: { $0.isList }) { return [] }
        let targets = resources.filter { resource in
            resource.collection == endpoint.path
                || endpoint.operation.answers.contains { answer in
                    answer.data.map { $0 == resource.schema } ?? false
                }
        }.flatMap(\.endpoints)
        return targets.filter { $0.operation.id != endpoint.operation.id }.map { target in
            Self.link(to: target, ["id": "$response.body#/data/id"])
        }
    }

    private func besides(_ endpoint: Endpoint) -> [JSONValue.Member] {
        let targets = resources.flatMap { resource in
            resource.endpoints.contains { $0.operation.id == endpoint.operation.id }
                ? resource.endpoints : []
        }
        return targets.compactMap { target in
            let isThere = target.path == endpoint.path && target.method != .put
            guard isThere || target.method == .post else { return nil }
            let names = target.operation.parameters.filter { $0.place == .path }.map(\.name)
            return Self.link(
                to: target,
                .object(names.map { .init(name: $0, value: .string("$request.path." + $0)) })
            )
        }
    }

    private static func link(to target: Endpoint, _ parameters: JSONValue) -> JSONValue.Member {
        .init(
            name: target.operation.id,
            value: [
                "operationId": .string(target.operation.id),
                "description": .string(target.operation.summary + "."), "parameters": parameters,
            ]
        )
    }
}

extension Operation.Answer {
    /// The schema of `data`, if `data` is one object.
    fileprivate var data: JSONValue? {
        if case .data(let schema) = content { schema } else { nil }
    }

    fileprivate var isList: Bool {
        if case .list = content { true } else { false }
    }
}
