/// Every command there is, grouped by what people come for. A new command is a file and a line here.
struct Catalog: Sendable {
    struct Group: Sendable {
        let title: String
        let commands: [any Command.Type]
    }

    let groups: [Group]

    static let all = Catalog(groups: [
        Group(title: "Start", commands: [Up.self, Run.self, Doctor.self]),
        Group(title: "Report and ask", commands: [Record.self, Check.self]),
        Group(title: "Try it out", commands: [Simulate.self, Replay.self]),
        Group(
            title: "See what happens",
            commands: [
                Watch.self, Top.self, IncidentList.self, IncidentShow.self, SuspectList.self, TimelineCommand.self,
                Summary.self, Explain.self, Stats.self,
            ]),
        Group(
            title: "Act",
            commands: [
                IncidentReview.self, BlockAdd.self, BlockRemove.self, BlockChangeCommand.self,
                BlockList.self, BlockHistoryCommand.self, BlockImportCommand.self, BlockExportCommand.self,
                AllowAdd.self, AllowRemove.self,
                AllowList.self, Forget.self,
            ]),
        Group(
            title: "Rules",
            commands: [PolicyCheck.self, PolicyDiff.self, PolicyApply.self, PolicyShow.self, PolicyKeys.self]),
        Group(
            title: "Who may, and who did",
            commands: [AuditList.self, AuditVerify.self, TokenAdd.self, TokenList.self, TokenRemove.self, Acl.self]),
        Group(
            title: "Tell others",
            commands: [
                WebhookAdd.self, WebhookList.self, WebhookRemove.self, WebhookDead.self, WebhookResend.self,
                AlertTest.self,
            ]),
        Group(title: "At the edge", commands: [EdgeList.self, EdgeRemove.self, EdgeNft.self]),
        Group(title: "This program", commands: [CompletionCommand.self, Version.self]),
    ])

    var commands: [any Command.Type] {
        groups.flatMap(\.commands)
    }

    /// The command called by exactly these words.
    func command(named name: String) -> (any Command.Type)? {
        commands.first { $0.name == name }
    }

    /// The commands `noun …` of a noun, in order; empty if the word is no noun.
    func verbs(of noun: String) -> [any Command.Type] {
        commands.filter { $0.name.hasPrefix(noun + " ") }
    }

    /// Every word that may come first, in the order of the help, each once.
    var firstWords: [String] {
        var words: [String] = []
        for command in commands {
            let word = String(command.name.prefix { $0 != " " })
            if !words.contains(word) { words.append(word) }
        }
        return words
    }
}
