/// A set of mail or web domains, read from a file of one domain a line. A domain is in it if it, or a domain above it, is
/// named: `mailinator.com` also stands for `x.mailinator.com`.
///
/// Compact: eight bytes a domain, as sorted hashes (`StableHash`); of a million domains one in 10¹³ look-ups is wrong.
package struct DomainList: Sendable, Equatable {
    /// What is wrong with a file, line by line.
    package struct Invalid: Error, Equatable, CustomStringConvertible {
        package struct Problem: Sendable, Equatable {
            /// From 1.
            package var line: Int
            package var reason: String
        }

        package var problems: [Problem]

        package var description: String { problems.map { "\($0.line): \($0.reason)" }.joined(separator: "\n") }
    }

    /// Longer names are no domains (RFC 1035, section 2.3.4).
    private static let maximumLength = 253
    /// Problems told of one file.
    private static let shownProblems = 20

    private var hashes: [UInt64] = []

    package var count: Int { hashes.count }

    /// An empty list, which holds no domain.
    package init() {}

    /// Reads a list: one domain a line, in any case, `#` begins a comment, blank lines say nothing, LF or CRLF.
    package init(parsing text: [UInt8]) throws(Invalid) {
        var problems: [Invalid.Problem] = []
        var found: [UInt64] = []
        for (number, line) in zip(1..., text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)) {
            let words = line.prefix { $0 != UInt8(ascii: "#") }.split {
                $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\r")
            }
            guard let word = words.first else { continue }
            if words.count == 1, let domain = Self.domain(word) {
                found.append(StableHash.of(domain))
            } else if problems.count < Self.shownProblems {
                problems.append(.init(line: number, reason: "not a domain"))
            }
        }
        guard problems.isEmpty else { throw Invalid(problems: problems) }
        found.sort()
        for hash in found where hashes.last != hash { hashes.append(hash) }
    }

    /// Whether the domain, or one above it, is in the list. Costs one look-up a label.
    package func contains(_ domain: some Collection<UInt8>) -> Bool {
        guard !hashes.isEmpty, let name = Self.domain(domain) else { return false }
        var rest = name[...]
        while true {
            if has(StableHash.of(Array(rest))) { return true }
            guard let dot = rest.firstIndex(of: UInt8(ascii: ".")) else { return false }
            rest = rest[(dot + 1)...]
        }
    }

    private func has(_ hash: UInt64) -> Bool {
        var low = 0
        var high = hashes.count
        while low < high {
            let middle = (low + high) / 2
            if hashes[middle] < hash { low = middle + 1 } else { high = middle }
        }
        return low < hashes.count && hashes[low] == hash
    }

    /// The name in lower case, without the dot of the root; nil if it cannot be a domain of two labels or more.
    private static func domain(_ bytes: some Collection<UInt8>) -> [UInt8]? {
        guard bytes.count <= maximumLength + 1 else { return nil }
        var name = bytes.map { 0x41...0x5A ~= $0 ? $0 | 0x20 : $0 }
        if name.last == UInt8(ascii: ".") { name.removeLast() }
        guard name.count <= maximumLength, name.contains(UInt8(ascii: ".")) else { return nil }
        var label = 0
        for byte in name {
            switch byte {
            case UInt8(ascii: "."):
                if label == 0 { return nil }
                label = 0
            case 0x61...0x7A, 0x30...0x39, UInt8(ascii: "-"), UInt8(ascii: "_"), 0x80...: label += 1
            default: return nil
            }
        }
        return label > 0 ? name : nil
    }
}
