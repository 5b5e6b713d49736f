extension Subject {
    /// The prefix length by which IPv6 addresses are counted: what one customer is usually given (RFC 6177).
    package static let defaultIPv6PrefixLength = 64

    /// The subject that an address counts for: `ip:a.b.c.d`, and of IPv6, where one client has a whole network,
    /// `net:<prefix>/64`. With a prefix length of 128 an IPv6 address counts for itself: `ip:…`.
    ///
    /// - Parameter ipv6PrefixLength: 1…128; lengths outside are held to it.
    package init(counting address: IPAddress, ipv6PrefixLength: Int = defaultIPv6PrefixLength) {
        let length = max(1, ipv6PrefixLength)
        let isWhole = address.family == .v4 || length >= 128
        self.init(
            trustedType: isWhole ? "ip" : "net",
            id: Array((isWhole ? address.description : address.prefix(length).description).utf8)
        )
    }

    /// The subject of one address, whatever it counts for: `ip:…`.
    package init(of address: IPAddress) {
        self.init(trustedType: "ip", id: Array(address.description.utf8))
    }

    /// The subject of a network: `net:…/n`; of a single address `ip:…`.
    package init(of network: Network) {
        if network.length == network.base.family.width {
            self.init(of: network.base)
        } else {
            self.init(trustedType: "net", id: Array(network.description.utf8))
        }
    }
}
