import HTTPTypes
import JSON

/// Links from answers to operations, found from the shape of the paths.
///
/// A resource is a path that ends in `/{id}` and can be read. Whatever answers with the same
/// schema, or makes an element of the same collection, leads to everything at and below it. What
/// is put somewhere leads to all that can be done there, and with the resource that it is below.
struct Links: Sendable {
    private struct Resource {
        let path: String
        let schema: JSONValue?
        /// At and below it.
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

    /// - Returns: `nil` where an answer leads nowhere.
    func json(from endpoint: Endpoint) -> JSONValue? {
        let links = endpoint.method == .put ? besides(endpoint) : made(by: endpoint)
        return links.isEmpty ? nil : .object(links)
    }

    private func made(by endpoint: Endpoint) -> [JSONValue.Member] {
        // A list may be empty, and a link out of it would lead nowhere.
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
    /// The schema of `data`, where that is one object.
    fileprivate var data: JSONValue? {
        if case .data(let schema) = content { schema } else { nil }
    }

    fileprivate var isList: Bool {
        if case .list = content { true } else { false }
    }
}
