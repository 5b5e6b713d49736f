import SentinelCore
import SentinelEngine
import SentinelIO
import SentinelRedis

extension Route {
    /// `GET /metrics`: for Prometheus. What this process knows is told also while Redis is away.
    static func metrics(_ context: APIContext) -> Route {
        Route(
            "GET", "/metrics", role: .client, "Counters, gauges and histograms for Prometheus",
            answers: [Answer(.ok, "Text format 0.0.4", "text/plain; version=0.0.4; charset=utf-8", Schema.string())]
        ) { _ in
            context.later {
                var metrics = Metrics()
                do throws(RedisError) {
                    let statistics = try await context.calls.statistics(since: .max)
                    let edges = try await context.calls.edgeLags()
                    metrics.add("sentinel_redis_up", .gauge, "Whether Redis answers.", 1)
                    metrics.add(statistics)
                    metrics.add(edges)
                } catch {
                    metrics.add("sentinel_redis_up", .gauge, "Whether Redis answers.", 0)
                }
                metrics.add(context.instruments.readings)
                if let followers = await context.alerts?.followers {
                    metrics.add("sentinel_alert_followers", .gauge, "Streams of alerts that are open here.", followers)
                }
                if let mirror = await context.edge?.figures { metrics.add(mirror) }
                metrics.addProcess()
                return HTTPResponse(
                    .ok,
                    headers: [
                        ("Content-Type", "text/plain; version=0.0.4; charset=utf-8"), ("Cache-Control", "no-store"),
                    ], body: Array(metrics.text.utf8))
            }
        }
    }
}
