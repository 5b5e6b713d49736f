package import SentinelCore

/// A list of blocks as it is exchanged with others: one a line.
package enum BlockListFormat: String, Sendable, CaseIterable {
    /// Addresses and networks, nothing else; what stands behind `#` is a comment.
    case plain
    /// With a header: `subject` (or `ip_address`), and any of `until`, `duration_ms`, `action`, `reason`, `note`.
    case csv
    /// The same names as members of one JSON object a line.
    case jsonl
}

/// One line of such a list. What is not given goes by what is said for the whole list.
package struct BlockWish: Sendable, Equatable {
    /// From 1.
    package var line: Int
    package var subject: Subject
    /// When it ends: ms since 1970.
    package var until: Int64?
    /// How long it holds, ms.
    package var duration: Int64?
    package var action: Block.Action?
    package var reason: Block.Reason?
    package var note: String?

    package init(line: Int, subject: Subject) {
        self.line = line
        self.subject = subject
    }
}

/// A line that could not be done.
package struct BlockListProblem: Sendable, Equatable {
    package var line: Int
    package var message: String

    package init(line: Int, message: String) {
        self.line = line
        self.message = message
    }
}

/// Reads a list of blocks. Lines that are wrong are told, and do not hold up the others.
package struct BlockListReader {
    package private(set) var wishes: [BlockWish] = []
    package private(set) var problems: [BlockListProblem] = []

    /// Rows of a list, at most.
    package static let mostRows = 100_000
    /// Names that other lists have for ours.
    private static let aliases = [
        "ip_address": "subject", "ip": "subject", "expires_at": "until", "notes": "note", "expires": "until",
    ]

    /// Throws where the list as a whole makes no sense.
    package init(_ bytes: [UInt8], _ format: BlockListFormat) throws(EventError) {
        switch format {
        case .plain: try readPlain(bytes)
        case .csv: try readCSV(bytes)
        case .jsonl: try readLines(bytes)
        }
    }

    private mutating func readPlain(_ bytes: [UInt8]) throws(EventError) {
        try forEachLine(bytes) { (reader, line, text) in
            let words = text.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
            guard let word = words.first else { return }
            reader.add(line, ["subject": String(word)])
        }
    }

    private mutating func readLines(_ bytes: [UInt8]) throws(EventError) {
        try forEachLine(bytes) { (reader, line, text) in
            guard !text.allSatisfy(\.isWhitespace) else { return }
            guard case .object(let members)? = try? JSONReader.read(Array(text.utf8)) else {
                return reader.problems.append(.init(line: line, message: "expected a JSON object"))
            }
            var fields: [String: String] = [:]
            for member in members {
                switch member.value {
                case .string(let text): fields[member.name] = text
                case .int(let number): fields[member.name] = String(number)
                default: break
                }
            }
            reader.add(line, fields)
        }
    }

    private mutating func readCSV(_ bytes: [UInt8]) throws(EventError) {
        var reader = CSVReader(maximumRecord: 16_384)
        var position = 0
        var names: [String]?
        while true {
            var isDone = try reader.read(bytes, from: &position)
            let isLast = !isDone
            if isLast { isDone = try reader.finish() }
            if isDone, !reader.isBlank {
                let values = (0..<reader.count).map { String(decoding: reader.field($0), as: UTF8.self) }
                if let names {
                    add(reader.line, Dictionary(zip(names, values).filter { !$0.1.isEmpty }) { first, _ in first })
                    try checkCount(reader.line)
                } else {
                    names = values
                    guard values.contains(where: { (Self.aliases[$0] ?? $0) == "subject" }) else {
                        throw EventError("the header names no column \"subject\"", line: 1)
                    }
                }
            }
            if isLast { return }
        }
    }

    private mutating func forEachLine(
        _ bytes: [UInt8], _ take: (inout BlockListReader, Int, String) -> Void
    ) throws(EventError) {
        var line = 0
        for part in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            line += 1
            take(&self, line, String(decoding: part, as: UTF8.self))
            try checkCount(line)
        }
    }

    private func checkCount(_ line: Int) throws(EventError) {
        guard wishes.count + problems.count <= Self.mostRows else {
            throw EventError("more than \(Self.mostRows) blocks", line: line)
        }
    }

    private mutating func add(_ line: Int, _ given: [String: String]) {
        var fields: [String: String] = [:]
        for (name, value) in given { fields[Self.aliases[name] ?? name] = value }
        do throws(BlockListProblem) {
            guard let text = fields["subject"] else { throw BlockListProblem(line: line, message: "no subject") }
            guard let subject = Subject(naming: text) else {
                throw BlockListProblem(line: line, message: "'\(text.prefix(64))' is no address, network or subject")
            }
            var wish = BlockWish(line: line, subject: subject)
            wish.action = try word("action", fields, line)
            wish.reason = try word("reason", fields, line)
            wish.note = fields["note"]
            if let text = fields["until"], text != "permanent" {
                guard let time = Int64(text) ?? Timestamp(iso8601: text.utf8)?.milliseconds, time > 0 else {
                    throw BlockListProblem(line: line, message: "'\(text.prefix(64))' is no time")
                }
                wish.until = time
            }
            if let text = fields["duration_ms"] {
                guard let time = Int64(text), time > 0 else {
                    throw BlockListProblem(line: line, message: "'\(text.prefix(64))' is no time in ms")
                }
                wish.duration = time
            }
            wishes.append(wish)
        } catch {
            problems.append(error)
        }
    }

    private func word<Word: RawRepresentable & CaseIterable>(
        _ name: String, _ fields: [String: String], _ line: Int
    ) throws(BlockListProblem) -> Word? where Word.RawValue == String {
        guard let text = fields[name] else { return nil }
        guard let word = Word.allCases.first(where: { $0.rawValue.lowercased() == text.lowercased() }) else {
            let known = Word.allCases.map(\.rawValue).joined(separator: ", ")
            throw BlockListProblem(line: line, message: "\(name) '\(text.prefix(64))' is not one of \(known)")
        }
        return word
    }
}

extension BlockListProblem: Error {}

/// Writes a list of blocks.
package enum BlockListWriter {
    /// The first line, if the format has one.
    package static func head(_ format: BlockListFormat) -> String {
        format == .csv ? "subject,action,reason,until,by,note,ref,since\n" : ""
    }

    /// One line. A plain list has addresses and networks only: nil for others.
    package static func line(_ block: Block, _ format: BlockListFormat) -> String? {
        let until = block.until.map { Timestamp(milliseconds: $0).iso8601 }
        let since = Timestamp(milliseconds: block.since).iso8601
        switch format {
        case .plain:
            guard block.subject.type == "ip" || block.subject.type == "net" else { return nil }
            return String(decoding: block.subject.id, as: UTF8.self) + "\n"
        case .csv:
            let fields = [
                block.subject.description, block.action.rawValue, block.reason, until ?? "permanent", block.by,
                block.note ?? "", block.ref, since,
            ]
            return fields.map(quoted).joined(separator: ",") + "\n"
        case .jsonl:
            let text = { (text: String?) in text.map(JSONValue.string) ?? .null }
            let json = JSONValue.object([
                .init("subject", .string(block.subject.description)), .init("action", .string(block.action.rawValue)),
                .init("reason", .string(block.reason)), .init("until", text(until)), .init("by", .string(block.by)),
                .init("note", text(block.note)), .init("ref", .string(block.ref)), .init("since", .string(since)),
            ])
            return String(decoding: JSONWriter.bytes(json), as: UTF8.self) + "\n"
        }
    }

    /// A field of CSV (RFC 4180). One that a spreadsheet could take for a formula gets an apostrophe.
    private static func quoted(_ field: String) -> String {
        let isFormula = field.first.map { "=+-@\t\r".contains($0) } ?? false
        let field = isFormula ? "'" + field : field
        guard field.utf8.contains(where: { ",\"\r\n".utf8.contains($0) }) else { return field }
        return "\"" + field.replacing("\"", with: "\"\"") + "\""
    }
}
