/// One request, completely received.
package struct HTTPRequest: Sendable {
    /// As it came: methods are case-sensitive.
    package var method: String
    /// Begins with `/`, or is `*` of `OPTIONS`. Percent-encoded as it came; every escape is one, and none is `%00`.
    package var path: String
    /// What came after the `?`, percent-encoded as it came; empty without one.
    package var rawQuery: [UInt8]
    package var headers: HTTPHeaders
    package var body: [UInt8]
    /// Host and port as the client names them.
    package var host: String?
    /// The numeric address of the client; nil over a unix socket.
    package var peer: String?

    package init(
        method: String, path: String, rawQuery: [UInt8] = [], headers: HTTPHeaders = HTTPHeaders(),
        body: [UInt8] = [], host: String? = nil, peer: String? = nil
    ) {
        self.method = method
        self.path = path
        self.rawQuery = rawQuery
        self.headers = headers
        self.body = body
        self.host = host
        self.peer = peer
    }

    /// One name and value of the query. Values are bytes, for ids may be any.
    package struct QueryItem: Sendable, Equatable {
        package var name: String
        package var value: [UInt8]
    }

    /// How many items a query may have.
    package static let maximumQueryItems = 64

    /// The items of the query, decoded as forms are (`+` is a space), in order. A name without `=` has an empty value.
    /// Throws 400 for a `%` without two hexadecimal digits, a name that is not UTF-8, and too many items.
    package func query() throws(Problem) -> [QueryItem] {
        if rawQuery.isEmpty { return [] }
        var items: [QueryItem] = []
        for part in rawQuery.split(separator: UInt8(ascii: "&")) {
            guard items.count < Self.maximumQueryItems else {
                throw Problem(.badRequest, "the query has more than \(Self.maximumQueryItems) items")
            }
            let equals = part.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
            guard let name = Self.decode(part[..<equals], plusIsSpace: true),
                let text = String(validating: name, as: UTF8.self),
                let value = Self.decode(part[equals...].dropFirst(), plusIsSpace: true)
            else { throw Problem(.badRequest, "the query is not percent-encoded UTF-8 throughout") }
            items.append(QueryItem(name: text, value: value))
        }
        return items
    }

    /// The path's segments, decoded; `/a/b%2Fc` has `a` and `b/c`. Nil if one is not UTF-8.
    package var segments: [String]? {
        var segments: [String] = []
        for part in path.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            guard let bytes = Self.decode(part, plusIsSpace: false),
                let text = String(validating: bytes, as: UTF8.self)
            else { return nil }
            segments.append(text)
        }
        return segments
    }

    /// Percent-decodes; nil if an escape is not one.
    static func decode(_ text: some Sequence<UInt8>, plusIsSpace: Bool) -> [UInt8]? {
        var bytes: [UInt8] = []
        var rest = text.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = rest.next().flatMap(hexValue), let low = rest.next().flatMap(hexValue) else {
                    return nil
                }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace: bytes.append(UInt8(ascii: " "))
            default: bytes.append(byte)
            }
        }
        return bytes
    }
}
