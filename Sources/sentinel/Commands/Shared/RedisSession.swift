import SentinelCore
import SentinelEngine
import SentinelIO
import SentinelRedis

/// The connection of one command: calls of the function library, and what more connections are made with.
struct RedisSession: Sendable {
    let calls: Calls
    let configuration: RedisConfiguration
    let loop: EventLoop

    /// Another connection, for listening.
    func subscriber() -> RedisSubscriber {
        RedisSubscriber(configuration, on: loop)
    }
}

extension Context {
    /// How long a command waits for a Redis that is there but does not answer.
    private static let patience = Duration.seconds(5)

    /// Connects, runs the body, and closes everything. A Redis that refuses connections is told at once.
    func withRedis<Result>(_ body: (RedisSession) async throws -> Result) async throws -> Result {
        let session = try makeSession()
        do {
            try await waitForConnection(session)
            let result = try await body(session)
            await close(session)
            return result
        } catch {
            await close(session)
            throw explained(error)
        }
    }

    /// As `withRedis`, without waiting for the connection first: for commands that look into that themselves.
    func withUncheckedRedis<Result>(_ body: (RedisSession) async throws -> Result) async throws -> Result {
        let session = try makeSession()
        do {
            let result = try await body(session)
            await close(session)
            return result
        } catch {
            await close(session)
            throw explained(error)
        }
    }

    private func makeSession() throws -> RedisSession {
        var configuration = RedisConfiguration(address: try RedisAddress(parsing: redisURL), clientName: "sentinel-cli")
        configuration.connectTimeout = Self.patience
        configuration.requestTimeout = Self.patience
        configuration.backoff = Backoff(initial: .milliseconds(20), limit: .milliseconds(500))
        let loop = try EventLoop(name: "redis")
        let client = RedisClient(configuration, on: loop)
        let keys = Keys(namespace: globals.namespace)
        return RedisSession(calls: Calls(client: client, keys: keys), configuration: configuration, loop: loop)
    }

    private func close(_ session: RedisSession) async {
        await session.calls.client.close()
        await session.loop.stop()
    }

    /// A client waits for a connection as long as for a reply, for a daemon's Redis may be back in a moment. A person
    /// who mistyped an address should not wait: short tries, until one tells more than "not yet".
    func waitForConnection(_ session: RedisSession) async throws(RedisError) {
        var ping = RedisPipeline()
        ping.append("PING")
        let deadline = ContinuousClock.now + Self.patience
        while true {
            do throws(RedisError) {
                _ = try await session.calls.client.send(ping, timeout: .milliseconds(200))
                return
            } catch {
                guard [.timeout, .connectTimeout, .connectionLost].contains(error.code), ContinuousClock.now < deadline
                else { throw error }
            }
        }
    }

    /// Adds what only the command line knows: whether the address was the default.
    private func explained(_ error: any Error) -> any Error {
        var failure = Failure(mapping: error)
        guard error is RedisError, failure.code == .unreachable, globals.redis == nil else { return error }
        failure.hint = "Is 'sentinel up' running? Its Redis listens there. Another one is named with --redis."
        return failure
    }
}
