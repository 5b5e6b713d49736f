/// Reads events that are written as JSON objects (one a line in a recording, one or many in a request).
///
/// Unknown members are errors, so that a misspelled one cannot silently switch a rule off; `label` and `source` are
/// known and kept apart. Ids may be numbers and count as their digits. `null` and an empty string mean none.
package enum JSONEventDecoder {
    /// One event from one JSON object.
    /// - Parameters:
    ///   - requiresTime: Whether `at` must be there, as in recordings.
    ///   - fields: What the policy names besides.
    package static func event(
        _ bytes: [UInt8], in range: Range<Int>? = nil, requiresTime: Bool = true,
        fields: [String: Policy.FieldType] = [:]
    ) throws(EventError) -> Event {
        var scanner = try scanner(bytes, in: range)
        let event = try event(&scanner, requiresTime: requiresTime, fields: fields)
        try end(&scanner)
        return event
    }

    /// The events of a request's body: one object, or an array of at most `maximum` of them.
    package static func events(
        _ bytes: [UInt8], maximum: Int, requiresTime: Bool = false, fields: [String: Policy.FieldType] = [:]
    ) throws(EventError) -> [Event] {
        var scanner = try scanner(bytes, in: nil)
        guard scanner.take(UInt8(ascii: "[")) else {
            return [try event(bytes, requiresTime: requiresTime, fields: fields)]
        }
        var events: [Event] = []
        if !scanner.take(UInt8(ascii: "]")) {
            repeat {
                if events.count == maximum { throw EventError("more than \(maximum) events") }
                events.append(try event(&scanner, requiresTime: requiresTime, fields: fields))
            } while scanner.take(UInt8(ascii: ","))
            guard scanner.take(UInt8(ascii: "]")) else { throw EventError(scanner.failure("expected ',' or ']'")) }
        }
        try end(&scanner)
        return events
    }

    private static func event(
        _ scanner: inout JSONScanner, requiresTime: Bool, fields: [String: Policy.FieldType]
    ) throws(EventError) -> Event {
        guard scanner.take(UInt8(ascii: "{")) else { throw EventError(scanner.failure("expected '{'")) }
        let start = scanner.offset - 1
        var draft = EventDraft()
        var seen = Seen()
        if !scanner.take(UInt8(ascii: "}")) {
            repeat {
                _ = scanner.peek()
                let position = scanner.offset
                do throws(JSONError) {
                    let name = try name(&scanner, fields: fields, seen: &seen)
                    let value = try value(of: name, &scanner)
                    do throws(EventError) {
                        switch (name, value) {
                        case (_, nil): break
                        case (.field(let field), let value?): try draft.set(field, to: value)
                        case (.own(let name, let type), let value?): try draft.set(name, type, to: value)
                        }
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

    /// What a member is about.
    private enum Name {
        case field(EventField)
        case own(String, Policy.FieldType)
    }

    /// The members of an object so far.
    private struct Seen {
        /// One bit for each field.
        var fields: UInt32 = 0
        var own: Set<String> = []
    }

    private static func name(
        _ scanner: inout JSONScanner, fields: [String: Policy.FieldType], seen: inout Seen
    ) throws(JSONError) -> Name {
        let position = scanner.offset
        let text = scanner.string(of: try scanner.string())
        let name: Name
        let isNew: Bool
        if let field = EventField(name: text) {
            name = .field(field)
            isNew = seen.fields & 1 << field.rawValue == 0
            seen.fields |= 1 << field.rawValue
        } else if let type = fields[text] {
            name = .own(text, type)
            isNew = seen.own.insert(text).inserted
        } else {
            throw scanner.failure("unknown field \"\(text.prefix(64))\"", at: position)
        }
        if !isNew { throw scanner.failure("\"\(text)\" is given twice", at: position) }
        guard scanner.take(UInt8(ascii: ":")) else { throw scanner.failure("expected ':' after the name") }
        return name
    }

    /// The value as text, whatever its type, if the field may have that type; nil for `null`.
    private static func value(of name: Name, _ scanner: inout JSONScanner) throws(JSONError) -> [UInt8]? {
        let first = scanner.peek()
        if first == UInt8(ascii: "n"), scanner.take(word: "null") { return nil }
        let position = scanner.offset
        let label: String
        switch name {
        case .field(.anonymous):
            if scanner.take(word: "true") { return Array("true".utf8) }
            if scanner.take(word: "false") { return Array("false".utf8) }
            throw scanner.failure("\"anonymous\" must be true or false")
        case .field(let field):
            label = "\(field)"
            switch field {
            case .anonymous, .tokens, .status: break
            case .kind, .ip, .text, .email, .type, .label: return scanner.bytes(of: try scanner.string())
            case .at, .created, .user, .object, .username, .id, .source:
                if first == UInt8(ascii: "\"") { return scanner.bytes(of: try scanner.string()) }
            }
        case .own(let text, let type):
            label = text
            if type == .id, first == UInt8(ascii: "\"") { return scanner.bytes(of: try scanner.string()) }
        }
        let number = try scanner.number()
        let digits = scanner.bytes(of: number)
        if number.isInteger { return digits }
        // JSON knows one kind of number: many writers make 5.0 of 5.
        guard let double = Double(String(decoding: digits, as: UTF8.self)), let integer = Int64(exactly: double),
            integer.magnitude < 1 << 53
        else { throw scanner.failure("\"\(label)\" must be a whole number", at: position) }
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
