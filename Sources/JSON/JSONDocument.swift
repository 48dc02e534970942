import CLibJansson

/// One parsed JSON text: an object or an array, read once, strictly.
///
/// Duplicate names, U+0000, malformed UTF-8 and anything after the end are refused: a text that two programs could read
/// in two ways must not become a checksum. The tree belongs to the document and is read through ``JSONNode``.
package final class JSONDocument {
    let tree: UnsafeMutablePointer<json_t>

    /// Reads `text`; throws a ``JSONError``.
    package init(parsing text: UnsafeRawBufferPointer) throws(JSONError) {
        var error = json_error_t()
        let flags = Int(JSON_REJECT_DUPLICATES)
        let base = text.baseAddress?.assumingMemoryBound(to: CChar.self)
        guard let base, let tree = json_loadb(base, text.count, flags, &error) else {
            throw JSONDocument.explain(&error)
        }
        self.tree = tree
    }

    /// Reads `text`; throws a ``JSONError``.
    package convenience init(parsing text: [UInt8]) throws(JSONError) {
        // `withUnsafeBytes` rethrows untyped errors, so the typed one is carried out as a value.
        let outcome = text.withUnsafeBytes { bytes -> Result<UnsafeMutablePointer<json_t>, JSONError> in
            do throws(JSONError) {
                let document = try JSONDocument(parsing: bytes)
                return .success(json_incref(document.tree))
            } catch {
                return .failure(error)
            }
        }
        self.init(adopting: try outcome.get())
    }

    /// Reads `text`, which has at most `greatestValues` values; throws a ``JSONError``, before it spends memory on more.
    package convenience init(parsing text: UnsafeRawBufferPointer, greatestValues: Int) throws(JSONError) {
        // No value is shorter than a byte.
        if text.count > greatestValues, JSONValueCount.exceeds(greatestValues, in: text) {
            throw JSONError(.tooManyValues, "it has more than \(greatestValues) values")
        }
        try self.init(parsing: text)
    }

    private init(adopting tree: UnsafeMutablePointer<json_t>) {
        self.tree = tree
    }

    deinit {
        json_decref(tree)
    }

    /// The outermost value.
    package var root: JSONNode {
        JSONNode(document: self, pointer: tree)
    }

    private static func explain(_ error: inout json_error_t) -> JSONError {
        let message = withUnsafeBytes(of: &error.text) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        let kind: JSONError.Kind =
            switch json_error_code(&error) {
            case json_error_duplicate_key: .duplicateName
            case json_error_null_character, json_error_null_byte_in_key: .nulCharacter
            case json_error_invalid_utf8: .invalidUTF8
            case json_error_numeric_overflow: .numberNotInteroperable
            case json_error_stack_overflow: .tooDeep
            default: .syntax
            }
        return JSONError(kind, message, offset: error.position >= 0 ? Int(error.position) : nil)
    }
}
