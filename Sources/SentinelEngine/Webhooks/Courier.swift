import Glibc
package import SentinelCore
package import SentinelIO
package import SentinelRedis

/// Sends alerts to webhooks, each at its own pace, from a place in the log of alerts that Redis keeps: whoever comes next
/// goes on there. So an alert is sent at least once, and in order, however long its receiver or this process is away, as
/// long as the log of alerts holds it.
///
/// One process does it, the one that holds the lease of the task `webhooks`. A receiver that is away is tried again without
/// end, ever more rarely; one that answers and does not want the alert gets it ``Configuration/tries`` times, then the
/// alert goes to the dead letters, and of those that follow each gets one try until one is taken.
package actor Courier {
    package struct Configuration: Sendable {
        package var keys: Keys
        /// Unique per process.
        package var owner: String
        package var leaseTime: Duration = .seconds(10)
        /// Between looks into the log.
        package var pause: Duration = .milliseconds(500)
        /// Between tries; jittered.
        package var backoff = Backoff(initial: .seconds(1), limit: .seconds(300))
        /// Refusals until an alert is a dead letter.
        package var tries = 10
        /// For one request, from the connection to the end of the answer.
        package var timeout: Duration = .seconds(10)
        package var instruments = Instruments()

        package init(keys: Keys, owner: String) {
            self.keys = keys
            self.owner = owner
        }
    }

    /// Bytes of an answer, of which only the status is looked at.
    private static let maximumAnswer = 256 << 10

    private let configuration: Configuration
    private let journal: Journal
    private let loop: EventLoop
    private let calls: Calls
    private let log: AlertLog
    private let http: HTTPClient
    private var epoch: Int64?
    private var rounds: [String: (webhook: Webhook, task: Task<Void, Never>)] = [:]
    /// Of which webhooks the journal has heard that they fail.
    private var saidFailing: Set<String> = []
    private var complaint = Complaint()

    /// - Parameter loop: everything runs on it, connections included.
    package init(_ configuration: Configuration, redis: RedisConfiguration, on loop: EventLoop, journal: Journal) {
        self.configuration = configuration
        self.journal = journal
        self.loop = loop
        var asking = redis
        asking.onReply = configuration.instruments.redis("courier")
        calls = Calls(client: RedisClient(asking, on: loop), keys: configuration.keys)
        log = AlertLog(calls: calls)
        http = HTTPClient(on: loop)
    }

    package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// Works until the task is cancelled, through every failure; then gives the lease back.
    package func run() async {
        while !Task.isCancelled {
            do throws(RedisError) {
                try await look()
                complaint.hasPassed()
            } catch {
                complaint.say(error, "webhooks", to: journal)
            }
            try? await loop.sleep(for: configuration.pause)
        }
        endRounds()
        // In a task of its own, for this one is cancelled.
        await Task { _ = try? await self.lease(release: true) }.value
        await calls.client.close()
    }

    // MARK: Who does it

    /// Keeps the lease, and begins and ends rounds as webhooks come and go.
    private func look() async throws(RedisError) {
        guard let epoch = try await lease(release: false) else {
            self.epoch = nil
            return endRounds()
        }
        if epoch != self.epoch { endRounds() }
        self.epoch = epoch
        let webhooks = try await calls.webhooks()
        for (id, round) in rounds where !webhooks.contains(round.webhook) {
            round.task.cancel()
            rounds[id] = nil
            saidFailing.remove(id)
        }
        if Task.isCancelled { return }
        for webhook in webhooks where rounds[webhook.card.id] == nil {
            let task = Task(executorPreference: loop) { await self.serve(webhook, epoch: epoch) }
            rounds[webhook.card.id] = (webhook, task)
        }
    }

    private func endRounds() {
        for round in rounds.values { round.task.cancel() }
        rounds = [:]
    }

    /// Returns the epoch while the lease is ours, nil while another has it.
    private func lease(release: Bool) async throws(RedisError) -> Int64? {
        var arguments: [any RedisArgument] = [
            "owner", configuration.owner, "ttl", configuration.leaseTime.milliseconds, "task", "webhooks",
        ]
        if release { arguments += ["release", "1"] as [any RedisArgument] }
        let reply = try await calls.call("sentinel_lease", arguments)
        guard try reply["owner"]?.string == configuration.owner else { return nil }
        return try reply["epoch"]?.int
    }

    // MARK: One webhook

    private func serve(_ webhook: Webhook, epoch: Int64) async {
        // Whether the last alert went to the dead letters.
        var isRefusing = false
        while !Task.isCancelled {
            do {
                guard try await step(webhook, epoch, &isRefusing) else { continue }
                try await loop.sleep(for: configuration.pause)
            } catch let error as RedisError {
                // Another has the lease, or nobody: whoever looks next begins anew.
                if Task.isCancelled || error.code == .server("FENCED") { return }
                complaint.say(error, "webhooks", to: journal)
                try? await loop.sleep(for: .seconds(1))
            } catch {
                return
            }
        }
    }

    /// Sends what there is to send, up to a page of it. True if there was nothing.
    private func step(_ webhook: Webhook, _ epoch: Int64, _ isRefusing: inout Bool) async throws -> Bool {
        let replies = try await calls.send { pipeline in
            pipeline.append("LINDEX", configuration.keys.webhookAgain(webhook.card.id), 0)
            pipeline.append("HMGET", configuration.keys.webhook(webhook.card.id), "cursor", "seq")
        }
        let again = try replies[0].orThrow()
        if !again.isNull {
            try await send(again: try again.bytes, to: webhook, epoch, &isRefusing)
            return false
        }
        let place = try replies[1].array
        guard place.count == 2, !place[0].isNull, !place[1].isNull else { return true }
        var number = Int64(try place[1].string) ?? 0
        let entries = try await log.entries(after: try place[0].string)
        var report = Report()
        for entry in entries {
            if let its = entry.number {
                if its > number { report.lost += its - number - 1 }
                number = its
            }
            (report.cursor, report.number) = (entry.position, number)
            guard let alert = Alert(json: entry.json), webhook.wants(alert) else { continue }
            report.outcome = try await deliver(alert, to: webhook, epoch, &isRefusing)
            try await tell(report, of: webhook, epoch)
            report = Report()
        }
        if report.cursor != nil { try await tell(report, of: webhook, epoch) }
        return entries.isEmpty
    }

    private func send(
        again json: [UInt8], to webhook: Webhook, _ epoch: Int64, _ isRefusing: inout Bool
    ) async throws {
        var report = Report(isAgain: true)
        // What is no alert goes back to the dead letters.
        report.outcome = .dead("it is no alert")
        if let alert = Alert(json: json) { report.outcome = try await deliver(alert, to: webhook, epoch, &isRefusing) }
        try await tell(report, of: webhook, epoch)
    }

    /// Tries until the alert is taken or dead.
    private func deliver(
        _ alert: Alert, to webhook: Webhook, _ epoch: Int64, _ isRefusing: inout Bool
    ) async throws -> Report.Outcome {
        let message = WebhookMessage(alert, as: webhook.card.form)
        var failures = 0
        var refusals = 0
        while true {
            let answer = await send(message, to: webhook)
            try Task.checkCancellation()
            failures += 1
            var wait: Duration?
            let problem: String
            switch answer {
            case .taken:
                isRefusing = false
                if saidFailing.remove(webhook.card.id) != nil { journal.info("webhook \(webhook.card.id) works again") }
                return .delivered
            case .refused(let why):
                refusals += 1
                problem = why
                if isRefusing || refusals >= configuration.tries {
                    isRefusing = true
                    journal.warning("webhook \(webhook.card.id): alert \(alert.number) is a dead letter: \(why)")
                    return .dead(why)
                }
            case .away(let why, let asked): (problem, wait) = (why, asked)
            }
            if saidFailing.insert(webhook.card.id).inserted {
                journal.warning("webhook \(webhook.card.id), \(webhook.card.place), fails: \(problem)")
            }
            try await tell(Report(outcome: .failed(problem)), of: webhook, epoch)
            let delay = configuration.backoff.delay(afterFailures: failures, randomness: .random(in: 0...1))
            try await loop.sleep(for: max(delay, wait ?? .zero))
        }
    }

    private func send(_ message: WebhookMessage, to webhook: Webhook) async -> DeliveryAnswer {
        let start = ContinuousClock.now
        defer { configuration.instruments.delivered(in: start.duration(to: .now)) }
        do throws(HTTPClient.Failure) {
            return DeliveryAnswer(
                try await http.send(
                    message.request(to: webhook, seconds: Int64(time(nil))), to: webhook.address.endpoint,
                    security: webhook.address.security, host: webhook.address.authority,
                    timeout: configuration.timeout, maximumBody: Self.maximumAnswer))
        } catch {
            return DeliveryAnswer(error)
        }
    }

    // MARK: What Redis is told

    private struct Report {
        enum Outcome {
            case delivered, skipped
            case dead(String)
            case failed(String)

            /// Its name, and what was wrong.
            var words: (String, String?) {
                switch self {
                case .delivered: ("delivered", nil)
                case .skipped: ("skipped", nil)
                case .dead(let why): ("dead", why)
                case .failed(let why): ("failed", why)
                }
            }
        }

        var outcome = Outcome.skipped
        /// Up to which it is done; nil where nothing moves.
        var cursor: String?
        var number: Int64 = 0
        /// How many before it were gone from the log.
        var lost: Int64 = 0
        var isAgain = false
    }

    private func tell(_ report: Report, of webhook: Webhook, _ epoch: Int64) async throws(RedisError) {
        let (outcome, problem) = report.outcome.words
        var arguments: [any RedisArgument] = ["id", webhook.card.id, "epoch", epoch, "outcome", outcome]
        if let cursor = report.cursor { arguments += ["cursor", cursor, "seq", report.number] as [any RedisArgument] }
        if report.lost > 0 { arguments += ["lost", report.lost] as [any RedisArgument] }
        if report.isAgain { arguments += ["again", "1"] as [any RedisArgument] }
        if let problem { arguments += ["error", Self.shown(problem)] as [any RedisArgument] }
        _ = try await calls.call("sentinel_webhook_done", arguments)
    }

    /// As Redis takes it: at most 256 bytes, printable ASCII.
    private static func shown(_ problem: String) -> String {
        String(String.UnicodeScalarView(problem.unicodeScalars.prefix(200).map { (" "..."~").contains($0) ? $0 : "?" }))
    }
}
