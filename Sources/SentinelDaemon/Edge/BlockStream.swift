import SentinelCore
package import SentinelEngine
package import SentinelIO

/// Hands the lists to edges that keep their own copy: first all blocks, then every change, from one feed however many
/// follow. Each edge owns its cursor, so that nothing is kept here for one that is away.
///
/// Lives on the API's loop.
package actor BlockStream {
    /// A piece of the stream.
    struct Piece: Sendable {
        /// What the edge has is to be given up: everything comes anew.
        var begins = false
        /// What follows `begins` is complete with this piece.
        var completes = false
        var items: [[UInt8]] = []
        /// Where to go on.
        var cursor: Cursor
    }

    /// Where an edge is.
    enum Cursor: Sendable, Equatable, CustomStringConvertible {
        /// At the beginning.
        case start
        /// Within the list, which is of that change or later: the place in Redis' scan.
        case list(UInt64, ListChange.Position)
        /// All up to this change was sent.
        case change(ListChange.Position)

        init?(_ text: String) {
            if let position = ListChange.Position(text) {
                self = .change(position)
                return
            }
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, let place = UInt64(parts[0]), let position = ListChange.Position(String(parts[1]))
            else { return nil }
            self = .list(place, position)
        }

        var description: String {
            switch self {
            case .start: ""
            case .list(let place, let position): "\(place):\(position)"
            case .change(let position): position.description
            }
        }
    }

    static let heartbeat = Duration.seconds(15)
    /// Changes that are kept for those who were away for a moment; older ones Redis has.
    private static let kept = 10_000
    /// Bytes that may wait for an edge while it is sent the list.
    private static let mostPending = 64 << 10
    private static let page = 500

    package nonisolated let loop: EventLoop
    private let calls: Calls
    private let broadcast: HTTPBroadcast
    let edges: EdgeBook
    /// What came before the first of `recent`; nil until the feed is complete.
    private var base: ListChange.Position?
    private var recent: [ListChange] = []
    private var waiters: [String: (id: Int, continuation: CheckedContinuation<Void, Never>)] = [:]
    private var waited = 0
    private var streams: [HTTPStream] = []
    private var beat: Task<Void, Never>?

    package init(calls: Calls, on loop: EventLoop, journal: Journal) {
        self.calls = calls
        self.loop = loop
        broadcast = HTTPBroadcast(on: loop)
        edges = EdgeBook(calls: calls, on: loop)
    }

    package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    package func start() async {
        beat = Task {
            while (try? await loop.sleep(for: Self.heartbeat)) != nil { broadcast.send(Array(": \n\n".utf8)) }
        }
        await edges.start()
    }

    package func stop() async {
        beat?.cancel()
        wakeAll()
        await edges.stop()
    }

    private var last: ListChange.Position? { recent.last?.position ?? base }

    // MARK: From the feed

    func take(_ item: ListFeed.Item) {
        switch item {
        case .complete(let position):
            base = position
            recent = []
            // There is a hole, or numbers began anew: those who follow come again with their cursors.
            for stream in streams where stream.isOpen { stream.end() }
            streams = []
            wakeAll()
        case .change(let change):
            recent.append(change)
            if recent.count > 2 * Self.kept {
                base = recent[Self.kept - 1].position
                recent.removeFirst(Self.kept)
            }
            broadcast.send(Self.event("change", change.position.description, change.json))
            wakeAll()
        default: break
        }
    }

    private func wakeAll() {
        for waiter in waiters.values { waiter.continuation.resume() }
        waiters = [:]
    }

    // MARK: Pieces

    /// What follows a cursor; empty when there is nothing new.
    func piece(after cursor: Cursor) async throws -> Piece {
        switch cursor {
        case .start:
            guard let last else { throw Problem(.serviceUnavailable, "the list is being read") }
            return try await list(0, last, begins: true)
        case .list(let place, let position): return try await list(place, position, begins: false)
        case .change(let position):
            if let changes = changes(after: position) { return Self.piece(changes, after: position) }
            let older = try await calls.changes(from: position.number, count: Self.page)
            guard let last, position.number <= last.number, older.count > 1, older[0].position == position else {
                return try await piece(after: .start)
            }
            return Self.piece(older.dropFirst(), after: position)
        }
    }

    /// Nil if what is kept here does not reach back so far.
    private func changes(after position: ListChange.Position) -> ArraySlice<ListChange>? {
        if position == base { return recent.prefix(Self.page) }
        guard let first = recent.first else { return nil }
        let place = Int(clamping: position.number - first.number)
        guard recent.indices.contains(place), recent[place].position == position else { return nil }
        return recent[(place + 1)...].prefix(Self.page)
    }

    private static func piece(_ changes: ArraySlice<ListChange>, after position: ListChange.Position) -> Piece {
        Piece(items: changes.map(\.json), cursor: .change(changes.last?.position ?? position))
    }

    private func list(_ place: UInt64, _ position: ListChange.Position, begins: Bool) async throws -> Piece {
        let page = try await calls.blockPage(from: place, count: Self.page)
        var piece = Piece(begins: begins, cursor: page.next.map { .list($0, position) } ?? .change(position))
        piece.completes = page.next == nil
        if begins {
            for exemption in try await calls.listedExemptions() {
                piece.items.append(Self.item("allowed", exemption.subject, "allow", exemption.json))
            }
        }
        piece.items += page.blocks.map { Self.item("listed", $0.subject, "block", $0.json) }
        return piece
    }

    private static func item(_ change: String, _ subject: Subject, _ name: String, _ json: [UInt8]) -> [UInt8] {
        var writer = JSONWriter(reserving: 80)
        writer.appendString(subject.description)
        return Array(#"{"change":"\#(change)","subject":"#.utf8) + writer.bytes + Array(#","\#(name)":"#.utf8) + json
            + Array("}".utf8)
    }

    // MARK: Long poll

    /// What follows the cursor; when that is nothing, waits for the next change, or until the time is up.
    func poll(_ name: String, after cursor: Cursor, within time: Duration) async throws -> Piece {
        if case .change(let position) = cursor {
            heard(name, applied: position.number, .poll)
        }
        let piece = try await piece(after: cursor)
        guard piece.items.isEmpty, piece.cursor == cursor, time > .zero else { return piece }
        await wait(name, for: time)
        return try await self.piece(after: cursor)
    }

    func heard(_ name: String, applied: Int64?, _ way: EdgeState.Way) {
        edges.assumeIsolated { $0.note(name, applied: applied, way: way) }
    }

    /// One poll of each edge waits; an earlier one is answered at once.
    private func wait(_ name: String, for time: Duration) async {
        waited += 1
        let id = waited
        let timer = LoopTimer(on: loop) { [weak self] in
            self?.assumeIsolated { hub in
                if hub.waiters[name]?.id == id { hub.waiters.removeValue(forKey: name)?.continuation.resume() }
            }
        }
        timer.start(after: time)
        await withCheckedContinuation { continuation in
            waiters.removeValue(forKey: name)?.continuation.resume()
            waiters[name] = (id, continuation)
        }
        timer.cancel()
    }

    // MARK: Server-sent events

    /// The stream gets everything after the cursor, then every change.
    func join(_ stream: HTTPStream, _ name: String, after cursor: Cursor) {
        stream.write(Array("retry: 2000\n: blocks\n\n".utf8))
        heard(name, applied: nil, .stream)
        Task(executorPreference: loop) { await self.feed(stream, after: cursor) }
    }

    private func feed(_ stream: HTTPStream, after start: Cursor) async {
        var cursor = start
        while stream.isOpen {
            if case .change(let position) = cursor, let changes = changes(after: position), changes.isEmpty {
                // In the same turn, so that nothing falls between.
                streams.removeAll { !$0.isOpen }
                streams.append(stream)
                return broadcast.add(stream)
            }
            guard let piece = try? await piece(after: cursor) else { return stream.end() }
            if piece.begins { stream.write(Self.event("reset", "", Array("{}".utf8))) }
            for item in piece.items {
                while stream.isOpen, stream.pendingBytes > Self.mostPending {
                    guard (try? await loop.sleep(for: .milliseconds(2))) != nil else { return }
                }
                // Ids only where it can go on: behind a whole piece.
                guard stream.write(Self.event(piece.isOfList ? "listed" : "change", "", item)) else { return }
            }
            cursor = piece.cursor
            let name = piece.completes ? "complete" : "cursor"
            guard stream.write(Self.event(name, cursor.description, Array("{}".utf8))) else { return }
        }
    }

    private static func event(_ name: String, _ id: String, _ data: [UInt8]) -> [UInt8] {
        Array("\(id.isEmpty ? "" : "id: \(id)\n")event: \(name)\ndata: ".utf8) + data + Array("\n\n".utf8)
    }
}

extension BlockStream.Piece {
    var isOfList: Bool {
        if begins || completes { return true }
        if case .list = cursor { return true }
        return false
    }

    /// `{"cursor":…,"begins":…,"complete":…,"changes":[…]}`
    var json: [UInt8] {
        var bytes = Array(#"{"cursor":"\#(cursor)","begins":\#(begins),"complete":\#(completes),"changes":["#.utf8)
        for (place, item) in items.enumerated() {
            if place > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes += item
        }
        return bytes + Array("]}".utf8)
    }
}
