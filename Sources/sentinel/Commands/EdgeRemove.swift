import SentinelEngine

/// Forgets an edge.
struct EdgeRemove: Command {
    static let name = "edge rm"
    static let abstract = "Forget an edge that is no more"
    static let discussion = """
        One that still follows comes back by itself.
        """
    static let examples = [
        Example("After a machine was taken down", "sentinel edge rm proxy-3"),
        Example("In another namespace", "sentinel edge rm proxy-3 --namespace forum"),
    ]
    static let parameters: [Parameter<Self>] = [
        .argument("edge", \.edge, .string("name"), "its name in 'sentinel edge ls'")
    ]

    var edge = ""

    func run(_ context: Context) async throws -> ExitCode {
        let isGone = try await context.withOperations { try await $0.forgetEdge(edge) }
        if !isGone { context.notice("no edge is called \(quoted(edge))") }
        return isGone ? .ok : .notFound
    }
}
