/// Reads lines of web servers' access logs in the common and the combined format of Apache and nginx; further fields
/// at the end are left alone.
///
/// ```
/// 203.0.113.7 - ada [10/Oct/2025:13:55:36 -0700] "GET /a?b=c HTTP/1.1" 200 2326 "…" "…"
/// ```
/// Requests that change something (`POST`, `PUT`, `PATCH`, `DELETE`) are `content`, all others `read`. The object is the
/// path without its query. The user is the third field, if the server knows it.
enum AccessLogDecoder {
    /// - Parameter line: Without its line break.
    static func event(_ line: ArraySlice<UInt8>) throws(EventError) -> Event {
        var rest = line
        guard let address = word(&rest), address.count <= EventDraft.maximumId, word(&rest) != nil else {
            throw EventError("expected an address, an identity and a user")
        }
        // A user name may hold spaces and brackets: the time is the first bracket after a space.
        guard let bracket = (rest.indices.dropLast().first { rest[$0] == space && rest[$0 + 1] == UInt8(ascii: "[") })
        else { throw EventError("expected a time in brackets") }
        let user = rest[..<bracket]
        rest = rest[(bracket + 2)...]
        guard let closing = rest.firstIndex(of: UInt8(ascii: "]")), let time = Timestamp(accessLog: rest[..<closing])
        else { throw EventError("expected a time like 10/Oct/2025:13:55:36 -0700 in brackets") }
        rest = rest[(closing + 1)...].drop { $0 == space }
        guard rest.first == quote, let end = endOfQuoted(rest) else { throw EventError("expected a request in quotes") }
        let request = rest[(rest.startIndex + 1)..<end]
        rest = rest[(end + 1)...].drop { $0 == space }
        guard let statusWord = word(&rest), let status = decimal(statusWord), status <= 999 else {
            throw EventError("expected a status")
        }

        let (kind, path) = meaning(of: request)
        var event = Event(at: time.milliseconds, kind: kind, ip: Array(address), object: path, status: Int(status))
        if user.count <= EventDraft.maximumId, !user.isEmpty, !user.elementsEqual([UInt8(ascii: "-")]) {
            event.user = Array(user)
        }
        return event
    }

    private static let space = UInt8(ascii: " ")
    private static let quote = UInt8(ascii: "\"")
    private static let changing = ["POST", "PUT", "PATCH", "DELETE"].map { Array($0.utf8) }

    /// What a request line does and to what; anything may stand there.
    private static func meaning(of request: ArraySlice<UInt8>) -> (kind: String, path: [UInt8]?) {
        var rest = request
        guard let method = word(&rest) else { return ("read", nil) }
        let path = rest.prefix { $0 != space && $0 != UInt8(ascii: "?") }.prefix(EventDraft.maximumId)
        let isChanging = changing.contains { $0.elementsEqual(method) }
        return (isChanging ? "content" : "read", path.isEmpty ? nil : Array(path))
    }

    /// The bytes up to the next space, which is taken as well; nil if there are none.
    private static func word(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let word = rest.prefix { $0 != space }
        rest = rest[word.endIndex...].dropFirst()
        return word.isEmpty ? nil : word
    }

    /// The closing quote of a text that begins with one; servers write a quote inside as `\"`.
    private static func endOfQuoted(_ text: ArraySlice<UInt8>) -> Int? {
        var at = text.startIndex + 1
        while at < text.endIndex {
            if text[at] == quote { return at }
            at += text[at] == UInt8(ascii: "\\") ? 2 : 1
        }
        return nil
    }
}

extension Timestamp {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ].map { Array($0.utf8) }

    /// `10/Oct/2025:13:55:36 -0700`.
    fileprivate init?(accessLog text: ArraySlice<UInt8>) {
        var digits = DigitReader(text)
        guard let day = digits.number(2), digits.take("/"), let name = digits.word(3),
            let month = Self.months.firstIndex(where: { $0.elementsEqual(name) }), digits.take("/"),
            let year = digits.number(4), digits.take(":"), let hour = digits.number(2), digits.take(":"),
            let minute = digits.number(2), digits.take(":"), let second = digits.number(2), digits.take(" "),
            let offset = digits.zone(), digits.isAtEnd, year >= 1970
        else { return nil }
        self.init(
            year: year, month: month + 1, day: day, hour: hour, minute: minute, second: second, offset: offset
        )
    }
}
