/// Reads events that are written as JSON objects (one a line in a recording, one or many in a request).
///
/// Unknown members are errors, so that a misspelled one cannot silently switch a rule off; `label` and `source` are
/// known and kept apart. Ids may be numbers and count as their digits. `null` and an empty string mean none.
package enum JSONEventDecoder {
    /// One event from one JSON object.
    /// - Parameter requiresTime: Whether `at` must be there, as in recordings.
    package static func event(
        _ bytes: [UInt8], in range: Range<Int>? = nil, requiresTime: Bool = true
    ) throws(EventError) -> Event {
        var scanner = try scanner(bytes, in: range)
        let event = try event(&scanner, requiresTime: requiresTime)
        try end(&scanner)
        return event
    }

    /// The events of a request's body: one object, or an array of at most `maximum` of them.
    package static func events(
        _ bytes: [UInt8], maximum: Int, requiresTime: Bool = false
    ) throws(EventError) -> [Event] {
        var scanner = try scanner(bytes, in: nil)
        guard scanner.take(UInt8(ascii: "[")) else { return [try event(bytes, requiresTime: requiresTime)] }
        var events: [Event] = []
        if !scanner.take(UInt8(ascii: "]")) {
            repeat {
                if events.count == maximum { throw EventError("more than \(maximum) events") }
                events.append(try event(&scanner, requiresTime: requiresTime))
            } while scanner.take(UInt8(ascii: ","))
            guard scanner.take(UInt8(ascii: "]")) else { throw EventError(scanner.failure("expected ',' or ']'")) }
        }
        try end(&scanner)
        return events
    }

    private static func event(_ scanner: inout JSONScanner, requiresTime: Bool) throws(EventError) -> Event {
        guard scanner.take(UInt8(ascii: "{")) else { throw EventError(scanner.failure("expected '{'")) }
        let start = scanner.offset - 1
        var draft = EventDraft()
        var seen: UInt32 = 0
        if !scanner.take(UInt8(ascii: "}")) {
            repeat {
                _ = scanner.peek()
                let position = scanner.offset
                do throws(JSONError) {
                    let field = try field(&scanner, seen: &seen)
                    let value = try value(of: field, &scanner)
                    do throws(EventError) {
                        if let value { try draft.set(field, to: value) }
                    } catch {
                        throw scanner.failure(error.message, at: position)
                    }
                } catch {
                    throw EventError(error)
                }
            } while scanner.take(UInt8(ascii: ","))
            guard scanner.take(UInt8(ascii: "}")) else { throw EventError(scanner.failure("expected ',' or '}'")) }
        }
        do throws(EventError) {
            return try draft.finished(requiresTime: requiresTime)
        } catch {
            throw EventError(scanner.failure(error.message, at: start))
        }
    }

    /// - Parameter seen: One bit for each field of the object so far.
    private static func field(_ scanner: inout JSONScanner, seen: inout UInt32) throws(JSONError) -> EventField {
        let position = scanner.offset
        let name = scanner.string(of: try scanner.string())
        guard let field = EventField(name: name) else {
            throw scanner.failure("unknown field \"\(name.prefix(64))\"", at: position)
        }
        if seen & 1 << field.rawValue != 0 { throw scanner.failure("\"\(field)\" is given twice", at: position) }
        seen |= 1 << field.rawValue
        guard scanner.take(UInt8(ascii: ":")) else { throw scanner.failure("expected ':' after the name") }
        return field
    }

    /// The value as text, whatever its type, if the field may have that type; nil for `null`.
    private static func value(of field: EventField, _ scanner: inout JSONScanner) throws(JSONError) -> [UInt8]? {
        let first = scanner.peek()
        if first == UInt8(ascii: "n"), scanner.take(word: "null") { return nil }
        let position = scanner.offset
        switch field {
        case .anonymous:
            if scanner.take(word: "true") { return Array("true".utf8) }
            if scanner.take(word: "false") { return Array("false".utf8) }
            throw scanner.failure("\"\(field)\" must be true or false")
        case .tokens, .status: break
        case .kind, .ip, .text, .email, .type, .label: return scanner.bytes(of: try scanner.string())
        case .at, .created, .user, .object, .username, .id, .source:
            if first == UInt8(ascii: "\"") { return scanner.bytes(of: try scanner.string()) }
        }
        let number = try scanner.number()
        let digits = scanner.bytes(of: number)
        if number.isInteger { return digits }
        // JSON knows one kind of number: many writers make 5.0 of 5.
        guard let double = Double(String(decoding: digits, as: UTF8.self)), let integer = Int64(exactly: double),
            integer.magnitude < 1 << 53
        else { throw scanner.failure("\"\(field)\" must be a whole number", at: position) }
        return Array(String(integer).utf8)
    }

    private static func scanner(_ bytes: [UInt8], in range: Range<Int>?) throws(EventError) -> JSONScanner {
        do throws(JSONError) { return try JSONScanner(bytes, in: range) } catch { throw EventError(error) }
    }

    private static func end(_ scanner: inout JSONScanner) throws(EventError) {
        do throws(JSONError) { try scanner.end() } catch { throw EventError(error) }
    }
}

extension EventError {
    fileprivate init(_ error: JSONError) { self.init(error.message, line: error.line, column: error.column) }
}
