import Glibc

/// The program's door. Synchronous, so that signals can be blocked before the first thread exists.
@main
struct Sentinel {
    static func main() {
        exit(
            Program.run(
                arguments: Array(CommandLine.arguments.dropFirst()),
                environment: Program.processEnvironment()
            ))
    }
}
