import Testing

@testable import SentinelIO

struct HTTPRequestParserTests {
    /// What a parser makes of some bytes that come in pieces of a size.
    private static func read(
        _ text: String, limits: HTTPRequestParser.Limits = .init(), pieces: Int = .max
    ) -> (requests: [HTTPRequest], refusal: Problem?) {
        read(Array(text.utf8), limits: limits, pieces: pieces)
    }

    private static func read(
        _ bytes: [UInt8], limits: HTTPRequestParser.Limits = .init(), pieces: Int = .max
    ) -> (requests: [HTTPRequest], refusal: Problem?) {
        var parser = HTTPRequestParser(limits: limits)
        var requests: [HTTPRequest] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = Array(rest.prefix(pieces))
            rest = rest.dropFirst(pieces)
            parser.append(piece.span.bytes)
            reading: while true {
                switch parser.next() {
                case .wait: break reading
                case .sendContinue: continue
                case .request(let request, _): requests.append(request)
                case .refuse(let problem): return (requests, problem)
                }
            }
        }
        return (requests, nil)
    }

    private static func delivery(_ text: String) -> HTTPRequestParser.Delivery? {
        var parser = HTTPRequestParser()
        parser.append(Array(text.utf8).span.bytes)
        guard case .request(_, let delivery) = parser.next() else { return nil }
        return delivery
    }

    @Test(arguments: [Int.max, 1, 2, 7])
    func `requests are the same in whichever pieces they come`(pieces: Int) throws {
        let (requests, refusal) = Self.read(
            "\r\nPOST /a%20b?x=1&y=%00+z HTTP/1.1\r\nHost: h:1\r\nX-One:  two \t\r\nContent-Length: 3\r\n\r\nabc"
                + "GET / HTTP/1.1\r\nhost: h\r\n\r\n"
                + "PUT /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n"
                + "3;note=1\r\nxyz\r\n0A\r\n0123456789\r\n0\r\nTrailer: gone\r\n\r\n",
            pieces: pieces)
        #expect(refusal == nil)
        #expect(requests.map(\.method) == ["POST", "GET", "PUT"])
        #expect(requests.map(\.path) == ["/a%20b", "/", "/c"])
        #expect(requests.map { String(decoding: $0.body, as: UTF8.self) } == ["abc", "", "xyz0123456789"])
        #expect(requests.map(\.host) == ["h:1", "h", "h"])
        #expect(
            try requests[0].query() == [
                .init(name: "x", value: [UInt8(ascii: "1")]), .init(name: "y", value: [0, 32, UInt8(ascii: "z")]),
            ])
        #expect(requests[0].headers["x-one"] == "two")
        #expect(requests[0].segments == ["a b"])
        #expect(requests[2].headers["trailer"] == nil)
    }

    @Test(arguments: [
        ("GET /\r\nHost: h\r\n\r\n", 400),
        ("GET  / HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        ("GET /a b HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        ("G(T / HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        ("GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505),
        ("GET / HTTP/1.2\r\nHost: h\r\n\r\n", 505),
        ("GET / FTP/1.1\r\nHost: h\r\n\r\n", 400),
        ("GET a HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        ("CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        ("GET * HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        ("GET /#a HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        ("GET /%0 HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        ("GET /%00 HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        ("GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        ("GET /\u{e9} HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        ("GET ftp://h/ HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        ("GET http:/// HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        ("GET / HTTP/1.1\nHost: h\n\n", 400),
        ("GET / HTTP/1.1\r\nHost: h\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: h\rX: y\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        ("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: h\r\n X: folded\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost : h\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: h\r\nX\0: y\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: h\r\nX: a\0b\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: h\r\nno colon\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: h\r\n: empty\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3, 3\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +3\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0x3\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: \r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9999999999999999999\r\n\r\n", 413),
        ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1048577\r\n\r\n", 413),
        ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501),
        ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 501),
        ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\n", 501),
        ("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\nx\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffff\r\n", 413),
        ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n100001\r\n", 413),
        ("POST / HTTP/1.1\r\nHost: h\r\nExpect: 200-ok\r\nContent-Length: 1\r\n\r\n", 417),
    ])
    func `what two servers could read differently is refused`(text: String, status: Int) {
        for pieces in [Int.max, 1] {
            let (requests, refusal) = Self.read(text, pieces: pieces)
            #expect(requests.isEmpty)
            #expect(refusal?.status.code == status, "\(refusal?.detail ?? "-")")
        }
    }

    @Test func `nothing is read behind a refusal`() {
        var parser = HTTPRequestParser()
        parser.append(Array("BAD\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n".utf8).span.bytes)
        guard case .refuse = parser.next() else { Issue.record("not refused"); return }
        guard case .wait = parser.next() else { Issue.record("read on"); return }
    }

    @Test func `every limit has its status, before the bytes are held`() {
        var limits = HTTPRequestParser.Limits()
        limits.target = 50
        limits.head = 100
        limits.fields = 3
        limits.body = 10
        let long = String(repeating: "a", count: 60)
        for (text, status) in [
            ("GET /\(long)", 414),
            ("GET /\(long) HTTP/1.1\r\nHost: h\r\n\r\n", 414),
            ("GET / HTTP/1.1\r\nHost: h\r\nX: \(long)\(long)", 431),
            ("GET / HTTP/1.1\r\nHost: h\r\nX: \(long)\r\nY: \(long)\r\n\r\n", 431),
            ("GET / HTTP/1.1\r\nHost: h\r\nA: 1\r\nB: 1\r\nC: 1\r\n\r\n", 431),
            ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n", 413),
            ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n123456\r\n5\r\n", 413),
            (
                "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1;\(String(repeating: "x", count: 300))",
                400
            ),
            (
                "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
                    + String(repeating: "T: \(long)\r\n", count: 100), 400
            ),
            (String(repeating: "\r\n", count: 60), 414),
        ] {
            #expect(Self.read(text, limits: limits).refusal?.status.code == status, "\(text)")
        }
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\nHost: h\r\n\r\n", true, true),
        ("GET / HTTP/1.1\r\nHost: h\r\nConnection: x, Close\r\n\r\n", true, false),
        ("GET / HTTP/1.1\r\nHost: h\r\nConnection: closed\r\n\r\n", true, true),
        ("GET / HTTP/1.0\r\n\r\n", false, false),
        ("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", false, true),
    ])
    func `the connection goes on as the client wants`(text: String, takesChunks: Bool, keepsAlive: Bool) {
        #expect(Self.delivery(text) == .init(takesChunks: takesChunks, keepsAlive: keepsAlive))
    }

    @Test func `a whole URI says the host, and Host does not`() {
        let (requests, _) = Self.read(
            "GET HTTP://a.example:8/x?y HTTP/1.1\r\nHost: b\r\n\r\nGET http://a?y HTTP/1.1\r\nHost: b\r\n\r\n")
        #expect(requests.map(\.host) == ["a.example:8", "a"])
        #expect(requests.map(\.path) == ["/x", "/"])
        #expect(requests.map { String(decoding: $0.rawQuery, as: UTF8.self) } == ["y", "y"])
    }

    @Test func `continue is said once, and only to a client that waits`() {
        let head = "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\nContent-Length: 3\r\n\r\n"
        var parser = HTTPRequestParser()
        parser.append(Array(head.utf8).span.bytes)
        guard case .sendContinue = parser.next() else { Issue.record("not said"); return }
        guard case .wait = parser.next() else { Issue.record("said again"); return }
        parser.append(Array("abc\(head)abc".utf8).span.bytes)
        for _ in 0..<2 {
            guard case .request(let request, _) = parser.next() else { Issue.record("no request"); return }
            #expect(request.body == Array("abc".utf8))
        }
    }

    @Test(arguments: ["a=%", "a=%1", "a=%g0", "%ff=1"])
    func `a query that cannot be decoded is refused`(query: String) {
        let request = HTTPRequest(method: "GET", path: "/", rawQuery: Array(query.utf8))
        #expect(throws: Problem.self) { try request.query() }
    }

    @Test func `a query has a bounded number of items`() throws {
        let most = HTTPRequest.maximumQueryItems
        func items(_ count: Int) throws -> Int {
            let text = Array(repeating: "a=1", count: count).joined(separator: "&")
            return try HTTPRequest(method: "GET", path: "/", rawQuery: Array(text.utf8)).query().count
        }
        #expect(try items(most) == most)
        #expect(throws: Problem.self) { try items(most + 1) }
    }

    @Test func `damaged requests never trap, and pieces make no difference to what they are`() {
        let whole = Array(
            ("POST /a%20b?x=1 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\nabc"
                + "PUT http://h/c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                + "3;a=b\r\nxyz\r\n0A\r\n0123456789\r\n0\r\nT: u\r\n\r\nGET / HTTP/1.0\r\n\r\n").utf8)
        let telling = Array("\r\n :;%0123456789aAfF\0\u{7f}\t,/?#*+-HT".utf8) + [0x80, 0xFF]
        var state: UInt64 = 1
        func random(_ below: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(below))
        }
        var refusals = 0
        for _ in 0..<3000 {
            var bytes = whole
            for _ in 0...random(3) {
                let place = random(bytes.count)
                switch random(3) {
                case 0: bytes[place] = telling[random(telling.count)]
                case 1: bytes.insert(telling[random(telling.count)], at: place)
                default: bytes.removeSubrange(place..<min(bytes.count, place + 1 + random(8)))
                }
            }
            let (requests, refusal) = Self.read(bytes)
            let (others, other) = Self.read(bytes, pieces: 1 + random(9))
            #expect(requests.map(\.body) == others.map(\.body))
            #expect(requests.map(\.path) == others.map(\.path))
            #expect(refusal?.status == other?.status)
            if refusal != nil { refusals += 1 }
        }
        #expect(refusals > 1000)
    }
}
