/// Turns the records of a CSV file into events by the names in its first one.
///
/// Columns have the names of the JSON members. Some that published recordings use are known as well: `actor` and `author`
/// for `user`, `unix_time` for `at` in seconds. Columns it does not know are left out and listed in `ignoredColumns`: when
/// somebody joined a chat is one of them, for regulars join again and again, and no account comes into being by it.
/// Without a `kind` column every record is `content`, or `message` where a `channel` column says that this is a chat.
struct CSVEventDecoder {
    private enum Column {
        case field(EventField)
        case seconds(EventField)
        case own(String, Policy.FieldType)
        case ignored

        init(name: String, fields: [String: Policy.FieldType]) {
            switch name {
            case "actor", "author": self = .field(.user)
            case "unix_time": self = .seconds(.at)
            default: self = EventField(name: name).map { .field($0) } ?? fields[name].map { .own(name, $0) } ?? .ignored
            }
        }

        var field: EventField? {
            switch self {
            case .field(let field), .seconds(let field): field
            case .own, .ignored: nil
            }
        }
    }

    private static let maximumColumns = 256

    private let columns: [Column]
    private let defaultKind: String
    /// Names of columns that say nothing about an event.
    let ignoredColumns: [String]

    /// - Parameters:
    ///   - header: A reader that has just completed the first record.
    ///   - defaultKind: Of records that do not say; nil to guess it.
    ///   - fields: What the policy names besides.
    init(
        header: CSVReader, defaultKind: String? = nil, fields: [String: Policy.FieldType] = [:]
    ) throws(EventError) {
        let line = header.line
        if header.count > Self.maximumColumns {
            throw EventError("more than \(Self.maximumColumns) columns", line: line)
        }
        let names = (0..<header.count).map { String(decoding: header.field($0), as: UTF8.self) }
        columns = names.map { Column(name: $0, fields: fields) }
        self.defaultKind = defaultKind ?? (names.contains("channel") ? "message" : "content")
        ignoredColumns = zip(names, columns).compactMap {
            if case .ignored = $1, $0 != "channel" { $0 } else { nil }
        }

        if let twice = Set(names).first(where: { name in fields[name] != nil && names.count { $0 == name } > 1 }) {
            throw EventError("two columns are named \"\(twice)\"", line: line)
        }
        var owners: [EventField: String] = [:]
        for (name, column) in zip(names, columns) {
            guard let field = column.field else { continue }
            if let other = owners.updateValue(name, forKey: field) {
                throw EventError("the columns \"\(other)\" and \"\(name)\" both say \"\(field)\"", line: line)
            }
        }
        if owners[.at] == nil { throw EventError("no column says when: \"at\" or \"unix_time\"", line: line) }
        if owners[.user] == nil, owners[.ip] == nil {
            throw EventError("no column says who: \"user\", \"actor\", \"author\" or \"ip\"", line: line)
        }
    }

    /// The event of the record that `reader` has just completed.
    func event(_ reader: CSVReader) throws(EventError) -> Event {
        do throws(EventError) {
            guard reader.count == columns.count else {
                throw EventError("\(reader.count) fields where the header has \(columns.count)")
            }
            var draft = EventDraft()
            for (index, column) in columns.enumerated() {
                switch column {
                case .field(let field): try draft.set(field, to: reader.field(index))
                case .seconds(let field): try draft.set(field, toSeconds: reader.field(index))
                case .own(let name, let type): try draft.set(name, type, to: reader.field(index))
                case .ignored: break
                }
            }
            return try draft.finished(requiresTime: true, defaultKind: defaultKind)
        } catch {
            throw EventError(error.message, line: reader.line)
        }
    }
}
