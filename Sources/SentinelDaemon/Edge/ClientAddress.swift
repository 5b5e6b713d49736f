package import SentinelCore

/// Whose request a proxy asks about: the rightmost hop that no trusted proxy is.
///
/// Each proxy appends the address that it was called from to `X-Forwarded-For`
/// (<https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/X-Forwarded-For>). What stands further left came from
/// outside and may be made up; it is never looked at.
package enum ClientAddress {
    /// - Parameters:
    ///   - peer: who is connected; nil over a unix socket.
    ///   - forwarded: the fields `X-Forwarded-For`, in order.
    ///   - trusted: whose word counts.
    /// - Returns: nil where nobody said an address. A hop that is none ends the search: the proxy before it stands for it.
    package static func find(peer: String?, forwarded: [String], trusted: [Network]) -> IPAddress? {
        var address = peer.flatMap { try? IPAddress($0) }
        if let address, !trusted.contains(where: { $0.contains(address) }) { return address }
        for field in forwarded.reversed() {
            for hop in field.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).reversed() {
                guard let next = parse(hop) else { return address }
                address = next
                guard trusted.contains(where: { $0.contains(next) }) else { return next }
            }
        }
        return address
    }

    /// An address, bare or as some write it with a port: `203.0.113.7:4711`, `[2001:db8::1]:4711`.
    private static func parse(_ hop: Substring.UTF8View) -> IPAddress? {
        var bytes = Array(hop)[...]
        while let first = bytes.first, first == 0x20 || first == 0x09 { bytes.removeFirst() }
        while let last = bytes.last, last == 0x20 || last == 0x09 { bytes.removeLast() }
        if bytes.first == UInt8(ascii: "["), let end = bytes.firstIndex(of: UInt8(ascii: "]")) {
            return try? IPAddress(parsing: bytes[(bytes.startIndex + 1)..<end])
        }
        if let colon = bytes.firstIndex(of: UInt8(ascii: ":")), bytes[..<colon].contains(UInt8(ascii: ".")) {
            return try? IPAddress(parsing: bytes[..<colon])
        }
        return try? IPAddress(parsing: bytes)
    }
}
