import Foundation
import JSON
import Testing

@testable import API

@Suite struct ObjectDescriptionTests {
    private struct Thing: Sendable, Equatable {
        var name = ""
        var note: String?
        var size: Int?
        var owner: String?

        static let request = ObjectDescription.request(
            "NewThing",
            from: Thing(),
            required: ["size"],
            [
                Field("name", \.name, .text(max: 8)), Field("note", \.note, optional: .text()),
                Field("size", \.size, optional: .whole(max: 9)),
                Field("owner", \.owner, neverNull: .text()),
            ]
        )

        static let answer = ObjectDescription.answer(
            "Thing",
            "A thing.",
            from: Thing(),
            [
                .constant("kind", "thing"), Field("name", \.name, .text()),
                Field("note", \.note, orNull: .text()), Field("size", \.size, optional: .whole()),
            ]
        )
    }

    private func refusal(_ body: JSONValue, at path: String = "") -> String? {
        do throws(APIError) {
            _ = try Thing.request.decode(body, at: path)
            return nil
        } catch {
            return error.message
        }
    }

    @Test func `a request is read into its properties, and null is the same as absent`() throws {
        let thing = try Thing.request.decode(["name": "a", "note": .null, "size": .integer(9)])
        #expect(thing == Thing(name: "a", size: 9))
        #expect(refusal(["name": .null, "size": .integer(1)]) == "name is required")
        #expect(refusal(["name": "a", "size": .null]) == "size is required")
        #expect(refusal(["name": "a"]) == "size is required")
        let owned: JSONValue = ["name": "a", "size": .integer(1), "owner": .null]
        #expect(refusal(owned) == "owner is required")
    }

    @Test func `a member that a request does not have is refused by name, with the nearest`() {
        #expect(
            refusal(["nam": "a"], at: "things[2]")
                == "things[2].nam is not a known field; did you mean `name`?"
        )
        #expect(refusal("x", at: "things[2]") == "things[2] must be an object, not a string")
        #expect(refusal("x") == "the body must be an object, not a string")
    }

    @Test func `a value that is not as its field has it is refused where it stands`() {
        #expect(
            refusal(["name": "123456789", "size": .integer(1)], at: "a")
                == "a.name is 9 bytes long, above the limit of 8"
        )
        #expect(
            refusal(["name": "a", "size": .integer(10)]) == "size must be an integer from 0 to 9"
        )
    }

    @Test func `an answer has its members in their order, and leaves out what is optional`() {
        let written = Thing.answer.encode(Thing(name: "a", note: nil, size: nil))
        #expect(written == ["kind": "thing", "name": "a", "note": .null])
        let full = Thing.answer.encode(Thing(name: "a", note: "b", size: 1))
        #expect(full == ["kind": "thing", "name": "a", "note": "b", "size": .integer(1)])
    }

    @Test func `an answer is read with what a newer server adds, and not without a member`() throws
    {
        let newer: JSONValue = ["kind": "thing", "name": "a", "note": "b", "colour": "red"]
        #expect(try Thing.answer.decode(newer) == Thing(name: "a", note: "b"))
        #expect(throws: APIError.self) { try Thing.answer.decode(["kind": "thing"]) }
    }

    @Test func `the schema requires what a reader does, and allows null where a reader does`() {
        let request = Thing.request.schema
        #expect(request["required"] == ["name", "size"])
        let types = request["properties"]?.members.map { $0.value["type"] }
        #expect(types == ["string", ["string", "null"], "integer", "string"])
        #expect(request["additionalProperties"] == false)
        let answer = Thing.answer.schema
        #expect(answer["required"] == ["kind", "name", "note"])
        #expect(answer["properties"]?["kind"] == ["const": "thing"])
        #expect(answer["properties"]?["note"]?["type"] == ["string", "null"])
    }

    @Test func `a field of a part is the same field of the whole`() throws {
        struct Whole: Sendable { var part = Thing() }
        let whole = ObjectDescription.request(
            nil,
            from: Whole(),
            Thing.request.fields.map { $0.of(\.part) }
        )
        let read = try whole.decode(["name": "a", "size": .integer(2)])
        #expect(read.part == Thing(name: "a", size: 2))
        #expect(whole.encode(read) == ["name": "a", "size": .integer(2)])
    }
}
