import Synchronization

extension EventLoop {
    /// Waits for `duration` without blocking anything. Throws at once when the task is cancelled or the loop stops.
    package func sleep(for duration: Duration) async throws(CancellationError) {
        let sleeper = Sleeper(on: self)
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                guard sleeper.begin(continuation) else { return }
                execute { sleeper.startTimer(duration) }
            }
        } onCancel: {
            sleeper.end(.failure(CancellationError()))
            execute { sleeper.stopTimer() }
        }
        try result.get()
    }
}

/// One waiting task. Whichever comes first of the time, the cancellation and the end of the loop wakes it.
private final class Sleeper: LoopResource, @unchecked Sendable {
    // Unchecked, because `timer` and `id` belong to the loop's thread; `state` has a lock.

    typealias Outcome = Result<Void, CancellationError>

    private enum State {
        case new
        case sleeping(CheckedContinuation<Outcome, Never>)
        case ended
    }

    private let loop: EventLoop
    private let state = Mutex(State.new)
    private var timer: LoopTimer?
    private var id: UInt64?

    init(on loop: EventLoop) {
        self.loop = loop
    }

    /// Takes the continuation; false, and resumed already, when the cancellation came first.
    func begin(_ continuation: CheckedContinuation<Outcome, Never>) -> Bool {
        let isTooLate = state.withLock { state in
            if case .ended = state { return true }
            state = .sleeping(continuation)
            return false
        }
        if isTooLate { continuation.resume(returning: .failure(CancellationError())) }
        return !isTooLate
    }

    func end(_ outcome: Outcome) {
        let before = state.withLock { state in
            defer { state = .ended }
            return state
        }
        if case .sleeping(let continuation) = before { continuation.resume(returning: outcome) }
    }

    func startTimer(_ duration: Duration) {
        let isOver = state.withLock { if case .ended = $0 { true } else { false } }
        if isOver { return }
        id = loop.register(self)
        guard id != nil else { return end(.failure(CancellationError())) }
        timer = LoopTimer(on: loop) { [unowned self] in
            end(.success(()))
            stopTimer()
        }
        timer?.start(after: duration)
    }

    func stopTimer() {
        timer?.cancel()
        timer = nil
        if let id { loop.unregister(id) }
        id = nil
    }

    func loopStops() {
        end(.failure(CancellationError()))
        stopTimer()
    }
}
