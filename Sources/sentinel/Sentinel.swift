import SentinelCore
import SentinelEngine
@main
struct Sentinel {
    static func main() {
        print(LibrarySource.text(for: .standard))
    }
}
