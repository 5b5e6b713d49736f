@main
struct Sentinel {
    static func main() {
    }
}
