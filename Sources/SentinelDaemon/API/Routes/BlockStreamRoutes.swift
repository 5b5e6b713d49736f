import SentinelCore
import SentinelEngine
import SentinelIO
import SentinelRedis

extension Route {
    private static let edge = RouteParameter.query("edge", .edge, "The name of the edge", isRequired: true)

    /// `GET /v1/blocks/stream`: first all blocks, then every change, for edges that keep their own copy.
    static func blockStream(_ context: APIContext) -> Route {
        Route(
            "GET", "/v1/blocks/stream", role: .client,
            "Follow the block list: as server-sent events to who accepts text/event-stream, else by long poll",
            parameters: [
                edge,
                .query("cursor", .bytes(1...64), "What cursor was; without it everything comes"),
                .header("Last-Event-ID", "last-event-id", .bytes(1...64), "The same, as browsers send it"),
                .query("wait", .integer(0...60), "Seconds that a poll waits for the next change; 25"),
            ],
            answers: [
                Answer(
                    .ok, "What follows the cursor, and the next cursor", "application/json",
                    Schema.object(
                        [
                            ("cursor", Schema.string()), ("begins", Schema.boolean), ("complete", Schema.boolean),
                            ("changes", Schema.array(of: .object([.init("type", .string("object"))]))),
                        ], required: ["cursor", "begins", "complete", "changes"]))
            ]
        ) { (request) throws(Problem) in
            guard let stream = context.blockStream, let name = request.arguments.text("edge") else {
                throw Problem(.serviceUnavailable, "blocks are not followed here")
            }
            try room(for: name, in: stream)
            let text = request.arguments.text("cursor") ?? request.arguments.text("Last-Event-ID")
            // A cursor that nobody can read is one of another time: everything comes.
            let cursor = text.flatMap(BlockStream.Cursor.init) ?? .start
            if request.http.headers["accept"]?.contains("text/event-stream") == true {
                let head = HTTPResponse(
                    .ok,
                    headers: [
                        ("Content-Type", "text/event-stream"), ("Cache-Control", "no-store"),
                        ("X-Accel-Buffering", "no"),
                    ])
                if request.http.method == "HEAD" { return .response(head) }
                return .stream(head) { body in stream.assumeIsolated { $0.join(body, name, after: cursor) } }
            }
            let wait = Duration.seconds(request.arguments.integer("wait") ?? 25)
            return context.later {
                HTTPResponse(json: try await stream.poll(name, after: cursor, within: wait).json)
            }
        }
    }

    /// `POST /v1/blocks/applied`: an edge that follows the stream says how far it is.
    static func blocksApplied(_ context: APIContext) -> Route {
        Route(
            "POST", "/v1/blocks/applied", role: .client, "Say up to which cursor an edge has applied the block list",
            parameters: [edge, .query("cursor", .change, "That of the last event", isRequired: true)],
            answers: [Answer(.noContent, "It is noted")]
        ) { (request) throws(Problem) in
            guard let stream = context.blockStream, let name = request.arguments.text("edge") else {
                throw Problem(.serviceUnavailable, "blocks are not followed here")
            }
            try room(for: name, in: stream)
            guard case .change(let position)? = request.arguments.text("cursor").flatMap(BlockStream.Cursor.init) else {
                throw Problem(.badRequest, "\"cursor\" is the id of an event complete or change")
            }
            stream.assumeIsolated { $0.heard(name, applied: position.number, .stream) }
            return .response(HTTPResponse(.noContent))
        }
    }

    /// `GET /v1/edges`: who follows, and how far each is behind.
    static func edges(_ context: APIContext) -> Route {
        Route(
            "GET", "/v1/edges", role: .staff, "Edges, and how far each is behind",
            answers: [
                Answer(
                    .ok, "By name", "application/json",
                    Schema.object([("edges", Schema.array(of: Schema.edge))], required: ["edges"]))
            ]
        ) { _ in
            context.later {
                let lags = try await context.calls.edgeLags()
                return HTTPResponse(
                    json: JSONWriter.bytes(.object([.init("edges", .array(lags.map(Objects.edge)))])))
            }
        }
    }

    /// `DELETE /v1/edges/{edge}`: one that is no more is not looked after any longer.
    static func edgeRemove(_ context: APIContext) -> Route {
        removal(
            "/v1/edges/{edge}", of: .path("edge", .edge, "Its name"), role: .admin, "Forget an edge that is no more",
            done: "It is forgotten", missing: "there is no edge", in: context
        ) { name, _ in
            try await context.calls.forgetEdge(name)
        }
    }

    private static func room(for name: String, in stream: BlockStream) throws(Problem) {
        guard stream.assumeIsolated({ $0.edges.assumeIsolated { $0.hasRoom(for: name) } }) else {
            throw Problem(.tooManyRequests, "\(EdgeState.most) edges are known; 'sentinel edge rm' forgets one")
        }
    }
}

extension Objects {
    static func edge(_ lag: EdgeLag) -> JSONValue {
        .object([
            .init("edge", .string(lag.edge.name)), .init("via", .string(lag.edge.way.rawValue)),
            .init("applied", .int(lag.edge.applied)), .init("behind", .int(lag.changes)),
            .init("lag_ms", .int(lag.time.milliseconds)), .init("silence_ms", .int(lag.silence.milliseconds)),
            .init("seen", time(lag.edge.seen)),
        ])
    }
}

extension Schema {
    static var edge: JSONValue {
        object(
            [
                ("edge", string()), ("via", choice(["stream", "poll", "nft"])), ("applied", integer()),
                ("behind", integer()), ("lag_ms", integer()), ("silence_ms", integer()), ("seen", string()),
            ], required: ["edge", "via", "applied", "behind", "lag_ms", "silence_ms", "seen"])
    }
}
