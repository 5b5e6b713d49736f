internal import CLibevent
import Glibc
import Synchronization

/// One thread that waits on sockets and timers with libevent, and is a Swift executor at the same time.
///
/// An actor whose `unownedExecutor` is the loop runs on the loop's thread, together with the sockets and timers it
/// owns: nothing on the way from a byte that arrives to the code that handles it changes threads. That holds for tasks that
/// prefer the loop as their executor (`Task(executorPreference:)`, `withTaskExecutorPreference`, SE-0417): who waits for a
/// continuation or another task without that is resumed on a thread of Swift's pool first, and comes back from there.
/// The thread starts with `init` and keeps the loop alive until `stop()`.
package final class EventLoop: SerialExecutor, TaskExecutor, @unchecked Sendable {
    // Unchecked, because `base`, `batch`, `resources` and `nextID` carry no lock: only the loop's thread touches them.

    /// The name of the loop and (its first 15 bytes) of its thread.
    package let name: String

    private enum Work {
        case job(UnownedJob)
        case body(@Sendable () -> Void)
    }

    private enum Phase {
        /// The thread is busy and looks at the inbox before it waits again.
        case running
        /// The thread waits, or is about to: whoever puts work in must wake it.
        case waiting
        /// The thread is gone: whoever puts work in must start another to run it.
        case ended
    }

    private struct Inbox {
        var work: [Work] = []
        var phase = Phase.running
        var shouldStop = false
        var hasStopped = false
        var stopWaiters: [CheckedContinuation<Void, Never>] = []
    }

    private let inbox = Mutex(Inbox())
    private let owner = Atomic<UInt>(0)
    private let wakeUp: Int32
    private var batch: [Work] = []
    private var resources: [UInt64: any LoopResource] = [:]
    private var nextID: UInt64 = 0
    private var wakeUpEvent: OpaquePointer?

    /// The libevent base, nil once the loop has stopped. Only for the loop's thread.
    private(set) var base: OpaquePointer?

    /// Starts a loop. Fails when the process is out of threads, files or memory.
    package init(name: String) throws(IOError) {
        _ = Self.prepareProcess
        self.name = name
        wakeUp = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        guard wakeUp >= 0 else { throw IOError(errno: errno, "cannot start loop \(name)") }
        // No locks inside: the base never leaves this thread. The change list saves a system call per written batch.
        let configuration = event_config_new()
        defer { event_config_free(configuration) }
        event_config_set_flag(
            configuration,
            Int32(EVENT_BASE_FLAG_NOLOCK.rawValue | EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST.rawValue)
        )
        base = event_base_new_with_config(configuration)
        wakeUpEvent = event_new(base, wakeUp, Int16(EV_READ | EV_PERSIST), drainWakeUp, nil)
        guard base != nil, let wakeUpEvent, event_add(wakeUpEvent, nil) == 0 else {
            throw IOError(.system, "cannot start loop \(name): libevent has no base for it")
        }
        try LoopThread.start(name: name) { self.run() }
    }

    deinit {
        close(wakeUp)
    }

    // A write to a closed connection must be an error, not the end of the process; libevent needs its locks early.
    private static let prepareProcess: Void = {
        Signals.ignoreBrokenPipes()
        evthread_use_pthreads()
    }()

    // MARK: Executor

    /// Whether the caller is on the loop's thread.
    package var isCurrent: Bool { owner.load(ordering: .acquiring) == UInt(pthread_self()) }

    package func enqueue(_ job: consuming ExecutorJob) {
        submit(.job(UnownedJob(job)))
    }

    package func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        UnownedSerialExecutor(ordinary: self)
    }

    package func checkIsolated() {
        precondition(isCurrent, "not on the thread of loop \(name)")
    }

    package func isIsolatingCurrentContext() -> Bool? { isCurrent }

    /// Runs `body` on the loop's thread, after everything that was put in before.
    package func execute(_ body: @escaping @Sendable () -> Void) {
        submit(.body(body))
    }

    /// Lets run what was put in before. `Task.yield` would leave the loop for another thread, and come back.
    package func turn() async {
        await withCheckedContinuation { continuation in execute { continuation.resume() } }
    }

    /// Ends the loop: runs what is queued, tells every open stream and timer, ends the thread, frees the base.
    /// Returns when that is done. Calls after the first only wait. What is put in later still runs, on a thread made
    /// for it, so that no task is left hanging; but sockets and timers are gone.
    package func stop() async {
        await withCheckedContinuation { continuation in
            let (isOver, mustWake) = inbox.withLock { inbox in
                if inbox.hasStopped { return (true, false) }
                inbox.shouldStop = true
                inbox.stopWaiters.append(continuation)
                defer { inbox.phase = .running }
                return (false, inbox.phase == .waiting)
            }
            if isOver { continuation.resume() }
            if mustWake { wake() }
        }
    }

    // MARK: The thread

    private func submit(_ work: Work) {
        let before = inbox.withLock { inbox in
            inbox.work.append(work)
            defer { inbox.phase = .running }
            return inbox.phase
        }
        switch before {
        case .running: break
        // Also on the loop's own thread: libevent, which is calling us then, may go on to wait without returning to `run`.
        case .waiting: wake()
        case .ended:
            do {
                try LoopThread.start(name: name) { self.runLeftovers() }
            } catch {
                runLeftovers()
            }
        }
    }

    private func wake() {
        var one: UInt64 = 1
        _ = write(wakeUp, &one, 8)
    }

    private func run() {
        owner.store(UInt(pthread_self()), ordering: .releasing)
        while true {
            let isIdle = runQueued(rounds: 16)
            let (mayWait, shouldStop) = inbox.withLock { inbox in
                let isEmpty = inbox.work.isEmpty
                if isEmpty && !inbox.shouldStop { inbox.phase = .waiting }
                return (isEmpty, inbox.shouldStop)
            }
            if shouldStop && (isIdle || mayWait) { break }
            event_base_loop(base, EVLOOP_ONCE | (mayWait ? 0 : EVLOOP_NONBLOCK))
        }
        tearDown()
        runLeftovers()
    }

    /// Runs what is in the inbox, and what that puts in, for some rounds. True when nothing was left.
    @discardableResult
    private func runQueued(rounds: Int) -> Bool {
        for _ in 0..<rounds {
            inbox.withLock { inbox in
                inbox.phase = .running
                swap(&batch, &inbox.work)
            }
            if batch.isEmpty { return true }
            for work in batch {
                switch work {
                case .job(let job):
                    job.runSynchronously(
                        isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
                case .body(let body): body()
                }
            }
            batch.removeAll(keepingCapacity: true)
        }
        return false
    }

    private func tearDown() {
        for resource in resources.values { resource.loopStops() }
        resources.removeAll()
        runQueued(rounds: 1000)
        event_free(wakeUpEvent)
        event_base_free(base)
        (wakeUpEvent, base) = (nil, nil)
        let waiters = inbox.withLock { inbox in
            inbox.hasStopped = true
            defer { inbox.stopWaiters = [] }
            return inbox.stopWaiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Runs what came after the end. `submit` sees to it that one thread at a time does.
    private func runLeftovers() {
        owner.store(UInt(pthread_self()), ordering: .releasing)
        while true {
            runQueued(rounds: 16)
            let isOver = inbox.withLock { inbox in
                guard inbox.work.isEmpty else { return false }
                owner.store(0, ordering: .releasing)
                inbox.phase = .ended
                return true
            }
            if isOver { return }
        }
    }

    // MARK: For the loop's thread

    /// Keeps `resource` alive, and tells it when the loop stops. Nil when the loop has stopped already.
    func register(_ resource: some LoopResource) -> UInt64? {
        checkIsolated()
        guard base != nil else { return nil }
        nextID += 1
        resources[nextID] = resource
        return nextID
    }

    func unregister(_ id: UInt64) {
        checkIsolated()
        resources[id] = nil
    }

    func resource(_ id: UInt64) -> (any LoopResource)? {
        checkIsolated()
        return resources[id]
    }
}

/// Something that lives on a loop and holds libevent objects, which must be freed before the base is.
protocol LoopResource: AnyObject {
    /// The loop is about to free its base: let go of everything that belongs to it.
    func loopStops()
}

private func drainWakeUp(_ file: Int32, _ events: Int16, _ context: UnsafeMutableRawPointer?) {
    var count: UInt64 = 0
    _ = read(file, &count, 8)
}
