import Glibc
import SentinelCore
package import SentinelEngine
package import SentinelIO
package import SentinelRedis

/// An edge in the kernel: keeps a table of nftables as the block list is, and says how far it is.
///
/// Lives on its loop, where it also waits for the kernel: nothing else is there.
package actor FilterEdge {
    package nonisolated let loop: EventLoop
    private let name: String
    private let calls: Calls
    private let redis: RedisConfiguration
    private let journal: Journal
    private let filter: PacketFilter
    private var table: FilterTable
    private var feed: ListFeed?
    /// What waits for the next transaction.
    private var waiting = ""
    private var isListing = false
    private var isDue = false
    private var applied: Int64?
    private var reached: Int64?
    private var skew: Int64 = 0
    private var failure: (any Error)?

    /// Bytes of commands per transaction while the list is read.
    private static let piece = 64 << 10

    /// - Parameters:
    ///   - name: of the edge.
    ///   - table: of nftables, of the family inet; it is this program's alone.
    package init(
        name: String, table: String, calls: Calls, redis: RedisConfiguration, on loop: EventLoop, journal: Journal
    ) throws {
        self.name = name
        self.calls = calls
        self.redis = redis
        self.loop = loop
        self.journal = journal
        self.table = FilterTable(name: table)
        filter = try PacketFilter()
    }

    package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// Works until the task is cancelled. The table stays as it is then: blocks end by their timeouts.
    package func run() async throws {
        let feed = ListFeed(calls: calls, redis: redis, on: loop) { [weak self] item in
            self?.assumeIsolated { $0.take(item) }
        }
        await feed.start()
        while failure == nil, (try? await loop.sleep(for: .seconds(1))) != nil { await tell() }
        await feed.stop()
        // Whoever starts it again gets a table that is right.
        if let failure { throw failure }
        try Task.checkCancellation()
    }

    private func take(_ item: ListFeed.Item) {
        switch item {
        case .begin(let count):
            journal.info("reading about \(count) blocks")
            apply()
            begin()
        case .block(let subject, let mark, _): add(FilterTable.Entry(subject, mark))
        case .exemption(let subject, let mark):
            if let network = SubjectMarks.network(of: subject) { add(.exemption(network, until: mark.until)) }
        case .complete(let position):
            waiting += table.takeOver(filter.list(table.name))
            isListing = false
            reached = position.number
            apply()
        case .change(let change):
            add(FilterTable.Entry(change))
            reached = change.number
            // With the loop's next turn, so that many changes make one transaction.
            if !isDue {
                isDue = true
                loop.execute { self.assumeIsolated { $0.apply() } }
            }
        case .inStep(_, let skew): self.skew = skew
        case .away(let error): journal.warning("Redis cannot be asked; the table stays as it is: \(error)")
        }
    }

    /// The standing blocks filter on until all are read.
    private func begin() {
        waiting = table.begin(filter.list(table.name))
        isListing = true
    }

    private func add(_ entry: FilterTable.Entry?) {
        guard let entry else { return }
        waiting += table.commands(entry, at: Self.clock() + skew)
        if isListing, waiting.utf8.count > Self.piece { apply() }
    }

    private func apply() {
        isDue = false
        let commands = waiting
        waiting = ""
        do {
            if !commands.isEmpty { try filter.apply(commands) }
            if !isListing { applied = reached }
        } catch {
            failure = error
        }
    }

    private func tell() async {
        guard let applied else { return }
        let now = Self.clock() + skew
        try? await calls.note([EdgeState(name: name, applied: applied, seen: now, way: .nft)], now: now)
    }

    private static func clock() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
