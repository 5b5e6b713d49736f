/// One field of every row: its name for programs, its heading for people, and how to get it.
///
/// A command declares its columns once; tables, JSON and CSV all come from them.
struct Column<Row>: Sendable {
    /// snake_case; part of the contract with programs.
    let name: String
    let heading: String
    /// What people see where there is no value.
    let absent: String
    /// False for columns that should stay readable as long as possible (ids that people copy).
    let clips: Bool
    /// False for fields that only programs and single records show.
    let isListed: Bool
    let value: @Sendable (Row) -> Value
    let tone: @Sendable (Row) -> Tone

    /// - Parameter heading: the name with spaces, if left out.
    init(
        _ name: String, _ heading: String? = nil, absent: String = "-", clips: Bool = true, isListed: Bool = true,
        tone: @escaping @Sendable (Row) -> Tone = { _ in .plain }, value: @escaping @Sendable (Row) -> Value
    ) {
        self.name = name
        self.heading = heading ?? String(name.map { $0 == "_" ? " " : $0 })
        self.absent = absent
        self.clips = clips
        self.isListed = isListed
        self.value = value
        self.tone = tone
    }
}
