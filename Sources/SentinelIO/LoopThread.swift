import Glibc

/// Starts a thread of the operating system. For loops and for calls that block; everything else runs on a loop.
enum LoopThread {
    private final class Start {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    /// Runs `body` on a new detached thread. The kernel keeps 15 bytes of the name.
    static func start(name: String, _ body: @escaping @Sendable () -> Void) throws(IOError) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        var thread = pthread_t()
        let context = Unmanaged.passRetained(Start(name: name, body: body))
        let result = pthread_create(&thread, &attributes, threadMain, context.toOpaque())
        guard result == 0 else {
            context.release()
            throw IOError(errno: result, "cannot start thread \(name)")
        }
    }

    // A function, not a closure: nothing may be captured on the way through C.
    private static let threadMain: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
        let start = Unmanaged<Start>.fromOpaque(context!).takeRetainedValue()
        setName(start.name)
        start.body()
        return nil
    }

    /// Names the calling thread. Through /proc, because glibc hides `pthread_setname_np` without `_GNU_SOURCE`.
    private static func setName(_ name: String) {
        let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        let bytes = Array(name.utf8.prefix(15))
        _ = write(file, bytes, bytes.count)
        close(file)
    }
}
