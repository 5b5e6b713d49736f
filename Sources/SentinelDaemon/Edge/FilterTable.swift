package import SentinelCore
package import SentinelEngine

/// Blocks as elements of nftables sets with timeouts, and the commands that bring a table there.
///
/// Each length of prefix has a set of its own, asked with the masked address, instead of one set of intervals: networks
/// that overlap cannot stand in one, and elements with timeouts cannot be merged. Sets are made when the first block
/// of their length comes. What is on the allow list is let by first.
///
/// Sets and chains are of one of two generations, which their names end with. Where everything is read anew, that makes
/// the other generation, in as many transactions as it takes, while the standing one filters; then one transaction turns
/// the hooks over to it and deletes the rest. So nobody who is blocked before and after is let by in between.
package struct FilterTable: Sendable {
    package let name: String
    /// What the names of sets and chains end with.
    private var generation = Self.generations[0]
    /// The sets that the rules ask: family, length, list.
    private var sets: Set<String> = []

    private static let generations = ["a", "b"]

    package init(name: String) { self.name = name }

    /// What is said of a subject. Only blocks of addresses and networks can be enforced in the kernel: a challenge needs a
    /// page.
    package enum Entry: Sendable {
        case block(Network, until: Int64?)
        case exemption(Network, until: Int64?)
        case noBlock(Network)
        case noExemption(Network)

        package init?(_ change: ListChange) {
            guard let network = SubjectMarks.network(of: change.subject) else { return nil }
            switch change.kind {
            case .added, .changed: self = Self.of(network, change.mark)
            case .lifted: self = .noBlock(network)
            case .allowed: self = .exemption(network, until: change.mark.until)
            case .disallowed: self = .noExemption(network)
            }
        }

        package init?(_ subject: Subject, _ mark: BlockMark) {
            guard let network = SubjectMarks.network(of: subject) else { return nil }
            self = Self.of(network, mark)
        }

        /// A block that became a challenge is none any more.
        private static func of(_ network: Network, _ mark: BlockMark) -> Entry {
            mark.action == .block ? .block(network, until: mark.until) : .noBlock(network)
        }
    }

    /// Begins a generation beside the one that filters, if one does.
    /// - Parameter listing: the table as `nft list table` shows it; empty for none.
    package mutating func begin(_ listing: String) -> String {
        sets = []
        generation = Self.generations.first { !listing.contains("jump \(Self.chain("blocked", $0))\n") } ?? "a"
        // What a process left behind that ended in the middle of it.
        let rests = delete(from: listing) { $0.hasSuffix("_\(generation)") }
        let commands = """
            add table inet \(name)
            \(rests)add chain inet \(name) \(chain("allowed"))
            add chain inet \(name) \(chain("blocked"))

            """
        // Where nothing filters yet, each block may count at once.
        return listing.contains("jump blocked") ? commands : commands + hooks
    }

    /// Turns the packets over to this generation, and deletes all else.
    package func takeOver(_ listing: String) -> String {
        hooks + delete(from: listing) { !["input", "forward"].contains($0) && !$0.hasSuffix("_\(generation)") }
    }

    private var hooks: String {
        ["input", "forward"].map { hook in
            """
            add chain inet \(name) \(hook) { type filter hook \(hook) priority -300; policy accept; }
            flush chain inet \(name) \(hook)
            add rule inet \(name) \(hook) jump \(chain("allowed"))
            add rule inet \(name) \(hook) jump \(chain("blocked"))

            """
        }.joined()
    }

    private func chain(_ list: String) -> String { Self.chain(list, generation) }

    private static func chain(_ list: String, _ generation: String) -> String { "\(list)_\(generation)" }

    /// Deletes those sets and chains that are in the listing: first the rules, then what they speak of.
    private func delete(from listing: String, where isMeant: (String) -> Bool) -> String {
        var (flushes, chains, sets) = ("", "", "")
        for line in listing.split(separator: "\n") {
            let words = line.split(whereSeparator: \.isWhitespace)
            guard words.count == 3, words[2] == "{", isMeant(String(words[1])) else { continue }
            switch words[0] {
            case "chain":
                flushes += "flush chain inet \(name) \(words[1])\n"
                chains += "delete chain inet \(name) \(words[1])\n"
            case "set": sets += "delete set inet \(name) \(words[1])\n"
            default: continue
            }
        }
        return flushes + chains + sets
    }

    /// The commands for an entry; none for a block that is over.
    /// - Parameter now: ms since 1970.
    package mutating func commands(_ entry: Entry, at now: Int64) -> String {
        switch entry {
        case .block(let network, let until): put(network, "block", until, now)
        case .exemption(let network, let until): put(network, "allow", until, now)
        case .noBlock(let network): remove(network, "block")
        case .noExemption(let network): remove(network, "allow")
        }
    }

    private mutating func put(_ network: Network, _ list: String, _ until: Int64?, _ now: Int64) -> String {
        if let until, until <= now { return remove(network, list) }
        let set = setName(network, list)
        var text = sets.insert(set).inserted ? make(set, network, list) : ""
        // Seconds, rounded up: the kernel keeps time in ms, the library writes it so.
        let timeout = until.map { " timeout \(min(($0 - now + 999) / 1000, 315_360_000))s" } ?? ""
        // Adding an element that is there does not change its timeout, and deleting one that is not there fails: so it is
        // added, deleted, and added, in one transaction.
        text += delete(network, from: set)
        return text + "add element inet \(name) \(set) { \(network.base)\(timeout) }\n"
    }

    private func remove(_ network: Network, _ list: String) -> String {
        let set = setName(network, list)
        guard sets.contains(set) else { return "" }
        return delete(network, from: set)
    }

    /// Whether it is there or not.
    private func delete(_ network: Network, from set: String) -> String {
        let element = "element inet \(name) \(set) { \(network.base) }\n"
        return "add \(element)delete \(element)"
    }

    private func setName(_ network: Network, _ list: String) -> String {
        "\(list)\(network.base.family == .v4 ? 4 : 6)_\(network.length)_\(generation)"
    }

    private func make(_ set: String, _ network: Network, _ list: String) -> String {
        let isV4 = network.base.family == .v4
        let mask = (isV4 ? IPAddress(v4: .max) : IPAddress(v6: .max)).prefix(network.length).base
        let field = isV4 ? "ip saddr" : "ip6 saddr"
        let masked = network.length == network.base.family.width ? field : "\(field) & \(mask)"
        // Of a chain that was jumped to, accept ends this table's say, whatever blocks there are.
        let rule =
            list == "allow"
            ? "\(chain("allowed")) \(masked) @\(set) accept" : "\(chain("blocked")) \(masked) @\(set) counter drop"
        return """
            add set inet \(name) \(set) { type \(isV4 ? "ipv4_addr" : "ipv6_addr"); flags timeout; }
            add rule inet \(name) \(rule)

            """
    }
}
