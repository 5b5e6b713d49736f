internal import CLibevent

/// Calls a handler once, some time from now, on the loop's thread.
///
/// Lives on the loop's thread: make, start and cancel it there. The loop keeps a pending timer alive; the handler
/// should hold its owner weakly. When the loop stops, pending timers are dropped without a call.
package final class LoopTimer: LoopResource {
    private let loop: EventLoop
    private let handler: () -> Void
    private var pending: (event: OpaquePointer, id: UInt64)?

    package init(on loop: EventLoop, _ handler: @escaping () -> Void) {
        self.loop = loop
        self.handler = handler
    }

    /// Whether the handler is still to be called.
    package var isPending: Bool { pending != nil }

    /// Calls the handler after `delay`; a pending call moves to the new time. Does nothing once the loop has stopped.
    package func start(after delay: Duration) {
        loop.checkIsolated()
        if pending == nil {
            guard let id = loop.register(self) else { return }
            let context = Unmanaged.passUnretained(self).toOpaque()
            guard let event = event_new(loop.base, -1, Int16(EV_TIMEOUT), timerFired, context) else {
                return loop.unregister(id)
            }
            pending = (event, id)
        }
        var time = timeval(delay)
        event_add(pending!.event, &time)
    }

    package func cancel() {
        loop.checkIsolated()
        guard let (event, id) = pending else { return }
        pending = nil
        event_free(event)
        loop.unregister(id)
    }

    func loopStops() {
        cancel()
    }

    fileprivate func fire() {
        cancel()
        handler()
    }
}

private func timerFired(_ file: Int32, _ events: Int16, _ context: UnsafeMutableRawPointer?) {
    Unmanaged<LoopTimer>.fromOpaque(context!).takeUnretainedValue().fire()
}

extension timeval {
    /// The duration rounded up to microseconds; none for a negative one, ten years at most.
    fileprivate init(_ duration: Duration) {
        let (seconds, attoseconds) = min(max(duration, .zero), .seconds(315_360_000)).components
        let micros = (attoseconds + 999_999_999_999) / 1_000_000_000_000
        self.init(tv_sec: Int(seconds + micros / 1_000_000), tv_usec: Int(micros % 1_000_000))
    }
}
