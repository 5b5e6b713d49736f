/// Labels by subject, for recordings that carry none themselves: a CSV file (RFC 4180) with the columns `label` and one of
/// `ip`, `user`, `actor`, `author`. Further columns are left alone.
package struct SubjectLabels: Sendable {
    private enum Subject: Hashable {
        case user([UInt8])
        case address(IPAddress)
    }

    private struct Columns {
        var count: Int
        var label: Int
        var subject: Int
        var isAddress: Bool
    }

    /// Subjects that a file may name.
    package static let maximum = 1_000_000

    private var labels: [Subject: String] = [:]
    private var csv = CSVReader(maximumRecord: 1 << 16)
    private var columns: Columns?
    private var isAtStart = true

    package init() {}

    /// How many subjects have a label.
    package var count: Int { labels.count }

    /// The event's label by its user, or else by its address; nil where the file says nothing about either.
    package func label(of event: Event) -> String? {
        if let user = event.user, let label = labels[.user(user)] { return label }
        guard let ip = event.ip, let address = try? IPAddress(parsing: ip) else { return nil }
        return labels[.address(address)]
    }

    /// Takes in the next bytes of the file.
    package mutating func read(_ chunk: [UInt8]) throws(EventError) {
        let chunk = isAtStart ? Array(EventDecoder.withoutMark(chunk)) : chunk
        isAtStart = false
        var position = 0
        while try csv.read(chunk, from: &position) { try completeRecord() }
    }

    /// The end of the file.
    package mutating func finish() throws(EventError) {
        if try csv.finish() { try completeRecord() }
        if columns == nil { throw EventError("there is nothing in it", line: 1) }
    }

    private mutating func completeRecord() throws(EventError) {
        if csv.isBlank { return }
        guard let columns else {
            self.columns = try Self.columns(csv)
            return
        }
        guard csv.count == columns.count else {
            throw EventError("\(csv.count) fields where the header has \(columns.count)", line: csv.line)
        }
        let id = csv.field(columns.subject)
        let label = String(decoding: csv.field(columns.label), as: UTF8.self)
        if id.isEmpty || label.isEmpty { return }
        guard label.utf8.count <= EventDraft.maximumId, id.count <= EventDraft.maximumId else {
            throw EventError("longer than \(EventDraft.maximumId) bytes", line: csv.line)
        }
        var subject = Subject.user(id)
        if columns.isAddress {
            guard let address = try? IPAddress(parsing: id) else {
                throw EventError("\"\(PercentEncoding.encode(id))\" is no address", line: csv.line)
            }
            subject = .address(address)
        }
        labels[subject] = label
        if labels.count > Self.maximum { throw EventError("more than \(Self.maximum) subjects", line: csv.line) }
    }

    private static func columns(_ header: CSVReader) throws(EventError) -> Columns {
        let names = (0..<header.count).map { String(decoding: header.field($0), as: UTF8.self) }
        guard let label = names.firstIndex(of: "label") else {
            throw EventError("no column is named \"label\"", line: header.line)
        }
        let subjects = names.indices.filter { ["ip", "user", "actor", "author"].contains(names[$0]) }
        guard let subject = subjects.first, subjects.count == 1 else {
            throw EventError(
                "one column must say whose label it is: \"ip\", \"user\", \"actor\" or \"author\"", line: 1)
        }
        return Columns(count: names.count, label: label, subject: subject, isAddress: names[subject] == "ip")
    }
}
