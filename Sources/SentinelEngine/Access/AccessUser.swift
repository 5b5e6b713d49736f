package import SentinelCore

/// A user of Redis for one part of an installation, with the rights that it needs and no others.
/// <https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/>
///
/// Rights on keys hold for what functions do, too: a user who may call `sentinel_record` needs the keys it writes to. Which
/// function somebody calls Redis cannot restrict; what it may write can be: without the keys of the lists
/// `sentinel_block` fails before it writes anything.
package struct AccessUser: Sendable {
    package enum Name: String, Sendable, CaseIterable {
        /// Records events, asks for verdicts, hands in reports.
        case app
        /// Reads block keys and follows the list.
        case edge
        /// Follows alerts.
        case subscriber
        /// `sentinel run`: coordinator and API.
        case coordinator
        /// `sentinel` on the command line.
        case admin
    }

    package let name: Name
    private let keys: Keys

    package init(_ name: Name, keys: Keys) {
        self.name = name
        self.keys = keys
    }

    /// As it stands in Redis' file of users.
    /// - Parameter password: printable ASCII; nil leaves the user off.
    package func line(password: String?) -> String {
        let state = password.map { "on >\($0)" } ?? "off >PASSWORD"
        let user =
            keys.namespace == "sentinel" ? "sentinel-\(name.rawValue)" : "sentinel-\(keys.namespace)-\(name.rawValue)"
        return (["user", user, state, "resetkeys", "resetchannels", "-@all"] + rights).joined(separator: " ")
    }

    /// What every connection needs.
    private static let connection = [
        "+ping", "+auth", "+hello", "+select", "+client|setname", "+time",
    ]

    private var rights: [String] {
        let space = keys.namespace
        let prefix = keys.prefix
        func read(_ names: String...) -> [String] { names.map { "%R~\($0)" } }
        func write(_ names: String...) -> [String] { names.map { "~\($0)" } }
        switch name {
        case .app:
            return Self.connection + ["+fcall", "+fcall_ro"] + Self.commandsOfRecording
                + write(
                    prefix, "\(prefix):w:*", "\(prefix):s:*", "\(prefix):d:*", "\(prefix):i:*", "\(prefix):j:*",
                    "\(prefix):t:*", "\(prefix):events")
                + read(
                    "\(prefix):blocks", "\(prefix):block", "\(prefix):allow", "\(prefix):allowed",
                    "\(prefix):seq:blocks",
                    "\(prefix):clock")
        case .edge:
            return Self.connection + ["+exists", "+get", "+mget", "+pttl", "+ttl", "+hscan", "+hlen", "+xrange"]
                + ["+xrevrange", "+hset", "+hdel", "+hgetall", "+subscribe", "+unsubscribe", "&\(keys.blocks)"]
                + read(
                    "\(space):block:*", "\(space):allow:*", keys.blocksLog, keys.blockDetails, keys.allowDetails,
                    "\(prefix):seq:blocks")
                + write(keys.edges)
        case .subscriber:
            return Self.connection + ["+subscribe", "+unsubscribe", "+xrange", "+xrevrange", "+xread", "+xlen"]
                + ["&\(keys.alerts)"] + read(keys.alertsLog)
        case .coordinator, .admin:
            return Self.connection + ["+@read", "+@write", "+@pubsub", "+@scripting", "+@transaction"]
                + ["-@dangerous", "+info", "-flushall", "-flushdb", "-swapdb", "-script", "-eval", "-evalsha"]
                + ["-eval_ro", "-evalsha_ro", "-function", "+function|load", "+function|list", "+function|stats"]
                + (name == .admin ? ["+config|get", "+slowlog|get"] : [])
                + write("\(space):*", prefix) + ["&\(space):*"]
        }
    }

    /// What `sentinel_record`, `sentinel_check` and `sentinel_report` run.
    private static let commandsOfRecording = [
        "+mget", "+get", "+set", "+setrange", "+getrange", "+incr", "+expire", "+pexpire", "+pttl", "+exists", "+type",
        "+zadd",
        "+zcard", "+zcount", "+zrange", "+zrangebyscore", "+zrem", "+zremrangebyrank", "+zremrangebyscore", "+zscore",
        "+zmscore", "+pfadd", "+pfcount", "+hget", "+hset", "+hdel", "+hlen", "+hmget", "+xadd", "+xdel", "+xlen",
    ]
}
