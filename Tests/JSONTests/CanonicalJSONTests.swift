import JSON
import Testing

/// The canonical form of `text`.
private func canonical(_ text: String, depth: Int = 64) throws -> String {
    let document = try JSONDocument(parsing: Array(text.utf8))
    var output: [UInt8] = []
    try CanonicalJSON.append(document.root, to: &output, maximumDepth: depth)
    return String(decoding: output, as: UTF8.self)
}

@Suite("Canonical JSON is RFC 8785")
struct CanonicalJSONTests {
    @Test("The RFC's example document comes out as the RFC says")
    func exampleDocument() throws {
        let text = #"""
            {
              "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
              "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
              "literals": [null, true, false]
            }
            """#
        let expected =
            #"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"#
            + #""string":"€$\u000f\nA'B\"\\\\\"/"}"#
        #expect(try canonical(text) == expected)
    }

    @Test("Names are sorted by UTF-16 code units, as in the RFC's sorting example")
    func sorting() throws {
        let text = #"""
            {"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",
             "\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}
            """#
        let values = try canonical(text).split(separator: "\"").filter { $0.contains(where: \.isUppercase) }
        #expect(
            values.map(String.init) == [
                "Carriage Return", "One", "Control", "Latin Small Letter O With Diaeresis", "Euro Sign",
                "Emoji: Grinning Face", "Hebrew Letter Dalet With Dagesh",
            ]
        )
    }

    @Test(
        "Numbers are laid out as ECMAScript does (RFC 8785 appendix B and its neighbours)",
        arguments: [
            (0x0000_0000_0000_0000, "0"), (0x8000_0000_0000_0000, "0"), (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"), (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
            (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"), (0x4340_0000_0000_0000, "9007199254740992"),
            (0xc340_0000_0000_0000, "-9007199254740992"), (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"), (0x44b5_2d02_c7e1_4af6, "1e+23"),
            (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"), (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
            (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"), (0x444b_1ae4_d6e2_ef50, "1e+21"),
            (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"), (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
            (0x41b3_de43_5555_5553, "333333333.3333332"), (0x41b3_de43_5555_5554, "333333333.33333325"),
            (0x41b3_de43_5555_5555, "333333333.3333333"), (0x41b3_de43_5555_5556, "333333333.3333334"),
            (0x41b3_de43_5555_5557, "333333333.33333343"), (0xbece_cb8f_27f4_200f, "-0.0000036333063320639"),
            (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
        ] as [(UInt64, String)]
    )
    func numbers(bits: UInt64, expected: String) {
        var output: [UInt8] = []
        JSONText.appendNumber(Double(bitPattern: bits), to: &output)
        let text = String(decoding: output, as: UTF8.self)
        // The one vector above with fewer digits is checked by its value.
        #expect(Double(text) == Double(bitPattern: bits))
        if bits != 0xbece_cb8f_27f4_200f { #expect(text == expected) }
    }

    @Test(
        "The canonical form does not depend on order, white space or escapes",
        arguments: [
            (#"{"b":1,"a":2}"#, #"{ "a" : 2.0, "\u0062" : 1e0 }"#),
            (#"{"x":"é"}"#, #"{"x":"\u00e9"}"#),
            (#"{"x":-0.0}"#, #"{"x":0}"#),
            (#"{"x":100}"#, #"{"x":1E2}"#),
        ]
    )
    func sameMeaning(left: String, right: String) throws {
        #expect(try canonical(left) == canonical(right))
    }

    @Test("What is canonically different stays different: no Unicode normalisation")
    func noNormalisation() throws {
        // As bytes: Swift's own == would call the two equal.
        #expect(try Array(canonical(#"{"x":"\u00e9"}"#).utf8) != Array(canonical(#"{"x":"e\u0301"}"#).utf8))
        #expect(try canonical(#"{"e\u0301":2,"\u00e9":1}"#) == "{\"e\u{301}\":2,\"\u{e9}\":1}")
    }

    @Test("Printing and reading again changes nothing, whatever the numbers")
    func roundTrip() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            let value = Double(bitPattern: UInt64.random(in: .min ... .max, using: &generator))
            guard value.isFinite, value.magnitude <= 9_007_199_254_740_991 || value.magnitude >= 1e21 else { continue }
            var text: [UInt8] = []
            JSONText.appendNumber(value, to: &text)
            let once = try canonical("[\(String(decoding: text, as: UTF8.self))]")
            #expect(once == "[\(String(decoding: text, as: UTF8.self))]")
            #expect(Double(once.dropFirst().dropLast()) == value)
        }
    }

    @Test("Numbers with few decimals are written with the digits of their shortest spelling, as all others are")
    func fewDecimals() throws {
        var generator = SystemRandomNumberGenerator()
        let scales: [Double] = [1, 10, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7]
        for _ in 0..<20_000 {
            let scale = scales[Int.random(in: scales.indices, using: &generator)]
            let magnitude = scales[Int.random(in: scales.indices, using: &generator)]
            let decimal = (Double.random(in: -magnitude...magnitude, using: &generator) * scale).rounded() / scale
            // Its neighbours have as many digits as there can be.
            for value in [decimal, decimal.nextUp, decimal.nextDown] {
                var output: [UInt8] = []
                JSONText.appendNumber(value, to: &output)
                let text = String(decoding: output, as: UTF8.self)
                #expect(Double(text) == value)
                // Swift's own spelling has the fewest digits there are; it differs in zeros and exponents alone.
                #expect(significant(text) == significant(value.description), "\(text) for \(value)")
            }
        }
    }

    /// The digits of a number's mantissa without zeros before and behind them.
    private func significant(_ text: String) -> String {
        let mantissa = text.prefix { $0 != "e" }.filter(\.isNumber).drop { $0 == "0" }
        return String(mantissa.reversed().drop { $0 == "0" }.reversed())
    }

    @Test(
        "Integers that readers disagree about are refused, in every spelling",
        arguments: ["9007199254740992", "-9007199254740992", "9007199254740993.0", "1e20", "123456789012345678901234"]
    )
    func interoperableNumbers(number: String) {
        #expect {
            try canonical(#"{"x":\#(number)}"#)
        } throws: { ($0 as? JSONError)?.kind == .numberNotInteroperable }
    }

    @Test("Depth is bounded by the caller")
    func depth() throws {
        #expect(try canonical("[[[1]]]", depth: 3) == "[[[1]]]")
        #expect { try canonical("[[[[1]]]]", depth: 3) } throws: { ($0 as? JSONError)?.kind == .tooDeep }
    }
}
