import SentinelCore
import SentinelDaemon
import SentinelEngine
import SentinelIO
import SentinelRedis

/// Keeps a table of nftables as the block list is.
struct EdgeNft: Command {
    static let name = "edge nft"
    static let abstract = "Drop blocked addresses in the kernel"
    static let discussion = """
        Makes a table of its own (family inet) and keeps it as the block list is, until it is stopped; the table stays then, and blocks in it end by their own time. Only blocks of addresses and networks are enforced: a challenge, a throttle or a user is beyond a packet filter. Needs the rights of CAP_NET_ADMIN, and nftables. 'nft list table inet sentinel' shows it, 'nft delete table inet sentinel' takes it away.
        """
    static let examples = [
        Example("On the machine that serves", "sentinel edge nft --redis redis://10.0.0.5:6379"),
        Example("Under another name, in another table", "sentinel edge nft --edge wall-2 --table forum"),
    ]
    static let parameters: [Parameter<Self>] = [
        .option("edge", nil, \.edge, .string("name"), "what it is called in 'edge ls'; default nft-<host>"),
        .option("table", nil, \.table, .string("name"), "of nftables"),
    ]

    var edge: String?
    var table = "sentinel"

    func validate() throws(ValueProblem) {
        if let edge, !EdgeState.isName(edge.utf8) {
            throw ValueProblem("--edge is 1 to 64 letters, digits, dots, hyphens and underscores")
        }
        guard table.wholeMatch(of: /[A-Za-z][A-Za-z0-9_]{0,31}/) != nil else {
            throw ValueProblem("--table is a letter, then up to 31 letters, digits and underscores")
        }
    }

    func run(_ context: Context) async throws -> ExitCode {
        let loop = try EventLoop(name: "edge")
        let redis = RedisConfiguration(
            address: try RedisAddress(parsing: context.redisURL), clientName: "sentinel-edge")
        let client = RedisClient(redis, on: loop)
        let name = edge ?? "nft-" + ProcessName.host.filter { EdgeState.isName(String($0).utf8) }
        let worker = try FilterEdge(
            name: name, table: table, calls: Calls(client: client, keys: Keys(namespace: context.globals.namespace)),
            redis: redis, on: loop, journal: context.journal)
        context.notice("edge \(name) keeps table inet \(table); Ctrl-C ends it")
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await worker.run()) } catch { outcome = .failure(error) }
        await client.close()
        await loop.stop()
        try outcome.get()
        return .ok
    }
}
