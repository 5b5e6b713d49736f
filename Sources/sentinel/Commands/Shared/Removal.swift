import SentinelCore

/// What commands have in common that end things by name: say what became of each, with a table for scripts.
struct Removal<Item> {
    /// Above the names, and above what became of them.
    var columns: (item: String, done: String)
    var name: (Item) -> String
    var done: (Item) -> String
    var notThere: (Item) -> String
    private var results: [(name: String, isDone: Bool)] = []

    init(
        columns: (item: String, done: String), name: @escaping (Item) -> String, done: @escaping (Item) -> String,
        notThere: @escaping (Item) -> String
    ) {
        (self.columns, self.name, self.done, self.notThere) = (columns, name, done, notThere)
    }

    /// Tells what became of one.
    mutating func tell(_ item: Item, isDone: Bool, _ context: Context) throws -> ExitCode {
        results.append((name(item), isDone))
        if isDone {
            try context.output.say(done(item))
            return .ok
        }
        try context.output.flush()
        context.notice(notThere(item))
        return .notFound
    }

    /// The table, where scripts read.
    func list(_ context: Context) throws {
        if context.output.format == .human { return }
        let columns: [Column<(name: String, isDone: Bool)>] = [
            Column(columns.item, clips: false) { .string($0.name) }, Column(columns.done) { .bool($0.isDone) },
        ]
        try context.output.list(results, columns, empty: "")
    }
}
