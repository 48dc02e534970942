import Digest
import Federation
import JSON
import Testing
import TestSupport

@Suite("Admission")
struct AdmissionTests {
    @Test(
        "A bad item is refused with a stable code",
        arguments: [
            ("nonsense", RefusalCode.malformedJSON),
            ("[1]", .malformedJSON),
            (#"{"id":"a","id":"b","payload":{"value_score":0.9}}"#, .malformedJSON),
            (#"{"id":"a","payload":{"x":"a\u0000b","value_score":0.9}}"#, .nulNotAllowed),
            (#"{"payload":{"value_score":0.9}}"#, .idInvalid),
            (#"{"id":"","payload":{"value_score":0.9}}"#, .idInvalid),
            (#"{"id":"a\nb","payload":{"value_score":0.9}}"#, .idInvalid),
            (#"{"id":"a\u202eb","payload":{"value_score":0.9}}"#, .idInvalid),
            (#"{"id":-1,"payload":{"value_score":0.9}}"#, .idInvalid),
            (#"{"id":1.5,"payload":{"value_score":0.9}}"#, .idInvalid),
            (#"{"id":18446744073709551616,"payload":{"value_score":0.9}}"#, .numberNotInteroperable),
            (#"{"id":["a"],"payload":{"value_score":0.9}}"#, .idInvalid),
            (#"{"id":"a"}"#, .payloadInvalid),
            (#"{"id":"a","payload":"text"}"#, .payloadInvalid),
            (#"{"id":"a","retracted":"true","payload":{"value_score":0.9}}"#, .payloadInvalid),
            (#"{"id":"a","retracted":true,"payload":{"value_score":0.9}}"#, .payloadInvalid),
            (#"{"id":"a","payload":{}}"#, .valueOutOfRange),
            (#"{"id":"a","payload":{"value_score":1.5}}"#, .valueOutOfRange),
            (#"{"id":"a","payload":{"value_score":-1}}"#, .valueOutOfRange),
            (#"{"id":"a","payload":{"value_score":"0.9"}}"#, .valueOutOfRange),
            (#"{"id":"a","payload":{"value_score":null}}"#, .valueOutOfRange),
            (#"{"id":"a","payload":{"value_score":true}}"#, .valueOutOfRange),
            (#"{"id":"a","payload":{"value_score":0.9,"n":9007199254740993}}"#, .numberNotInteroperable),
            (#"{"id":"a","payload":{"value_score":1e400}}"#, .numberNotInteroperable),
            (#"{"id":"a","payload":{"value_score":0.9,"last_updated":"2026-11-23T00:00:00Z"}}"#, .clockAhead),
            (#"{"id":"a","payload":{"value_score":0.9,"last_updated":1900000000}}"#, .clockAhead),
            (#"{"id":"a","revision":1900000000000000,"payload":{"value_score":0.9}}"#, .clockAhead),
            (#"{"id":"a","revision":0,"payload":{"value_score":0.9}}"#, .revisionInvalid),
            (#"{"id":"a","revision":"1","payload":{"value_score":0.9}}"#, .revisionInvalid),
            (#"{"id":"a","checksum":"00","payload":{"value_score":0.9}}"#, .checksumMismatch),
            (#"{"id":"a","payload":{"value_score":0.9},"vector":[1,"2"]}"#, .vectorInvalid),
            (#"{"id":"a","payload":{"value_score":0.9},"vector":[1,null]}"#, .vectorInvalid),
            (#"{"id":"a","payload":{"value_score":0.9},"vector":[]}"#, .vectorInvalid),
            (#"{"id":"a","payload":{"value_score":0.9},"vector":"AAA"}"#, .vectorInvalid),
            (#"{"id":"a","payload":{"value_score":0.9},"vector":"AADAfw=="}"#, .vectorInvalid),
            (#"{"id":"a","payload":{"value_score":0.9},"vector":[1e39]}"#, .vectorInvalid),
            (#"{"id":"a","origin":"mallory","payload":{"value_score":0.9}}"#, .originNotPermitted),
            (#"{"id":"a","payload":{"value_score":0.9},"surprise":1}"#, .memberUnknown),
        ]
    )
    func refused(text: String, code: RefusalCode) {
        #expect { try admit(text) } throws: { ($0 as? Refusal)?.code == code }
    }

    @Test("Too deep and too long items are refused")
    func bounds() {
        let deep = String(repeating: "[", count: 80) + String(repeating: "]", count: 80)
        #expect { try admit(#"{"id":"a","payload":{"value_score":0.9,"x":\#(deep)}}"#) } throws: {
            ($0 as? Refusal)?.code == .tooDeep
        }
        let long = String(repeating: "x", count: Limits.itemBytes)
        #expect { try admit(#"{"id":"a","payload":{"value_score":0.9,"x":"\#(long)"}}"#) } throws: {
            ($0 as? Refusal)?.code == .itemTooLarge
        }
        let wide = String(repeating: "0,", count: Limits.vectorDimension) + "0"
        #expect { try admit(#"{"id":"a","payload":{"value_score":0.9},"vector":[\#(wide)]}"#) } throws: {
            ($0 as? Refusal)?.code == .vectorInvalid
        }
    }

    @Test(
        "Ids come out canonical",
        arguments: [
            (#""5C56C793-69F3-4FBF-87E6-C4BF54C28C20""#, "5c56c793-69f3-4fbf-87e6-c4bf54c28c20"),
            (#""urn:uuid:5c56c79369f34fbf87e6c4bf54c28c20""#, "5c56c793-69f3-4fbf-87e6-c4bf54c28c20"),
            (#""5c56c79369f34fbf87e6c4bf54c28c20""#, "5c56c793-69f3-4fbf-87e6-c4bf54c28c20"),
            ("18446744073709551615", "18446744073709551615"),
            ("9223372036854775808", "9223372036854775808"),
            ("0", "0"),
            (#""skill-123""#, "skill-123"),
            (#""007""#, "007"),
        ]
    )
    func ids(json: String, expected: String) throws {
        let item = try admit(#"{"id":\#(json),"payload":{"value_score":0.9}}"#)
        #expect(item.contribution.id.description == expected)
    }

    @Test("Two spellings of é are two ids, because ids are bytes")
    func bytes() throws {
        let composed = try admit(#"{"id":"\u00e9","payload":{"value_score":0.9}}"#).contribution.id
        let decomposed = try admit(#"{"id":"e\u0301","payload":{"value_score":0.9}}"#).contribution.id
        #expect(composed != decomposed)
        #expect(composed.description == decomposed.description)
        let distinct: Set<PatternID> = [composed, decomposed]
        #expect(distinct.count == 2)
    }

    @Test("Transport keys are stripped, wherever the item came from")
    func transportKeys() throws {
        let plain = try admit(#"{"id":"a","payload":{"value_score":0.9}}"#)
        let imported = try admit(
            #"{"id":"a","payload":{"imported_from":"bob","import_timestamp":"x","federation":{"a":1},"value_score":0.9}}"#
        )
        #expect(plain.contribution.version.checksum == imported.contribution.version.checksum)
        #expect(imported.importedFrom == nil)
        #expect(
            imported.contribution.content.map { String(decoding: $0.payload, as: UTF8.self) } == #"{"value_score":0.9}"#
        )
    }

    @Test("Only in what comes back from an export are mapped id and import undone; elsewhere they are transport keys")
    func mappedID() throws {
        let text =
            #"{"id":"4add6fc5-dcdd-51e5-b9b1-dac3838441ca","payload":{"value_score":0.9,"imported_from":"bob","#
            + #""federation":{"id":"skill-123"}}}"#
        let imported = try admit(text, readsExports: true)
        #expect(imported.contribution.id.description == "skill-123")
        #expect(imported.importedFrom?.text == "bob")
        let pushed = try admit(text)
        #expect(pushed.contribution.id.description == "4add6fc5-dcdd-51e5-b9b1-dac3838441ca")
        #expect(pushed.importedFrom == nil)
    }

    @Test(
        "The value comes from the collection's rule",
        arguments: [
            ("skills-patterns", #"{"value_score":0.75,"confidence_score":0.1}"#, 0.75),
            ("error-solutions", #"{"confidence_score":0.8}"#, 0.8),
            ("error-solutions", #"{"value_score":0.7,"confidence_score":0.9}"#, 0.7),
            ("best-practices", #"{"endorsement_count":6}"#, 0.75),
            ("best-practices", #"{"endorsement_count":0}"#, 0),
            ("best-practices", #"{"endorsement_count":6,"value_score":0.2}"#, 0.2),
            ("skills-patterns", #"{"value_score":-0.0}"#, 0),
        ]
    )
    func value(collection: String, payload: String, expected: Double) throws {
        let item = try admit(#"{"id":"a","payload":\#(payload)}"#, collection: collection)
        #expect(item.contribution.content?.value == expected)
        #expect(item.contribution.content?.value.sign == .plus)
    }

    @Test(
        "Updated at is the first field that names a time, else the revision",
        arguments: [
            (#""last_updated":1766304600"#, "2025-12-21T08:10:00.000000Z"),
            (#""last_updated":"2025-12-19T10:30:00""#, "2025-12-19T10:30:00.000000Z"),
            (#""last_updated":"2025-12-19T10:30:00.25+02:00""#, "2025-12-19T08:30:00.250000Z"),
            (#""timestamp":"2025-12-19","last_used":0"#, "1970-01-01T00:00:00.000000Z"),
            (#""last_updated":"yesterday","timestamp":"2025-12-19T00:00:00Z""#, "2025-12-19T00:00:00.000000Z"),
            (#""other":1"#, "2026-11-20T00:00:00.000000Z"),
        ]
    )
    func updatedAt(field: String, expected: String) throws {
        let item = try admit(#"{"id":"a","revision":1795132800000000,"payload":{"value_score":0.9,\#(field)}}"#)
        #expect(item.contribution.content?.updatedAt.description == expected)
    }

    @Test("A vector as numbers and as base64 is the same vector, and no part of the checksum")
    func vectors() throws {
        let numbers = try admit(#"{"id":"a","payload":{"value_score":0.9},"vector":[0.5,-2],"vector_model":"m"}"#)
        let encoded = try admit(#"{"id":"a","payload":{"value_score":0.9},"vector":"AAAAPwAAAMA=","vector_model":"m"}"#)
        let without = try admit(#"{"id":"a","payload":{"value_score":0.9}}"#)
        #expect(numbers.contribution.content?.vector == encoded.contribution.content?.vector)
        #expect(numbers.contribution.content?.vector?.values == [0.5, -2])
        #expect(numbers.contribution.version.checksum == without.contribution.version.checksum)
        #expect(numbers.contribution.version.vectorDigest != without.contribution.version.vectorDigest)
    }

    @Test("The checksum is what the protocol says, computable in any language")
    func checksum() throws {
        let item = try admit(#"{"id":"skill-123","payload":{"value_score":0.90,"a":"é"}}"#)
        let bytes = Array("c1\0skills-patterns\0skill-123\0{\"a\":\"é\",\"value_score\":0.9}".utf8)
        #expect(item.contribution.version.checksum == SHA256.digest(of: bytes))
    }
}
