import Glibc
import Testing

@testable import sentinel

struct SupervisorTests {
    @Test func `the result of the work is the result of the program`() async {
        let code = await supervise {
            .notFound
        } during: { _ in
        }
        #expect(code == .notFound)
    }

    @Test(arguments: [(SIGINT, ExitCode.interrupted), (SIGTERM, .terminated)])
    func `the first signal cancels the work`(signal: Int32, code: ExitCode) async {
        let (begun, beginning) = AsyncStream<Void>.makeStream()
        let result = await supervise {
            beginning.finish()
            do {
                try await Task.sleep(for: .seconds(3600))
                return .ok
            } catch {
                return .interrupted
            }
        } during: { thread in
            for await _ in begun {}
            pthread_kill(thread, signal)
        }
        #expect(result == code)
    }

    @Test func `work that ends well after a signal has ended well`() async {
        let (begun, beginning) = AsyncStream<Void>.makeStream()
        let result = await supervise {
            beginning.finish()
            try? await Task.sleep(for: .seconds(3600))
            return .ok
        } during: { thread in
            for await _ in begun {}
            pthread_kill(thread, SIGTERM)
        }
        #expect(result == .ok)
    }

    /// Lets a thread of its own stand in for the main thread, and hands it to `during` to be sent signals.
    private func supervise(
        _ work: @escaping @Sendable () async -> ExitCode, during: (pthread_t) async -> Void
    ) async -> ExitCode {
        let (codes, ending) = AsyncStream<ExitCode>.makeStream()
        let job = Job { ending.yield(Supervisor.run(work)) }
        var thread = pthread_t()
        pthread_create(&thread, nil, runJob, Unmanaged.passRetained(job).toOpaque())
        await during(thread)
        var iterator = codes.makeAsyncIterator()
        let code = await iterator.next()
        pthread_join(thread, nil)
        return code ?? .failure
    }
}

private final class Job: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) {
        self.body = body
    }
}

private func runJob(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    argument.map { Unmanaged<Job>.fromOpaque($0).takeRetainedValue().body() }
    return nil
}
