/// Commands that go to Redis together, in one write, and whose replies come back together, in the same order.
///
/// Not a transaction: commands of others may run in between. Only commands with exactly one reply; for `SUBSCRIBE`
/// there is `RedisSubscriber`. A command that blocks (`XREADGROUP … BLOCK`) holds up everything behind it on the
/// connection: give it a client of its own, and a timeout longer than it blocks.
package struct RedisPipeline: Sendable {
    private var writer = RESPWriter()
    /// Commands, and so replies.
    package private(set) var count = 0

    package init() {}

    /// The commands as they go over the wire.
    package var bytes: [UInt8] { writer.bytes }

    /// Adds one command: its name and its arguments.
    package mutating func append(_ name: String, _ arguments: any RedisArgument...) {
        append(name, arguments)
    }

    /// Adds one command: its name and its arguments.
    package mutating func append(_ name: String, _ arguments: [any RedisArgument]) {
        writer.arrayHeader(arguments.count + 1)
        name.write(to: &writer)
        for argument in arguments { argument.write(to: &writer) }
        count += 1
    }
}
