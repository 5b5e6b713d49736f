/// A user whose requests come through a pool of proxies: from ever new networks of many providers, changing with nearly
/// every event, and hardly ever back.
///
/// A count of addresses does not tell that from honest people, of whom one in twenty has more than five addresses in a
/// day: a phone goes from cell to cell, a commuter from home to train to office, a carrier hands out another address for
/// every connection, a laptop has IPv4 and IPv6. But theirs are few networks, most of one provider; they come back, and
/// many events come from one place. So the limit counts networks instead of addresses, grows with the share of changes
/// that lead back, and only holds where the blocks are many and the changes nearly as many as the events.
/// The thresholds are set on simulated people and pools: there is no recording of rotation with labels.
package struct AddressRotation: Sendable {
    package static let rule = "ip_rotation"

    package struct Parameters: Sendable, Equatable {
        /// How far back is looked, in ms.
        package var window: Int64 = 3_600_000
        /// Suspicious above this many networks, if none is ever returned to; up to twice as many if all are.
        package var maximumNetworks = 5
        /// Providers' blocks that they must be spread over.
        package var minimumBlocks = 4
        /// The least share of events that come from another network than the one before.
        package var minimumChangeShare = 0.4

        package init() {}
    }

    package var parameters: Parameters

    package init(_ parameters: Parameters = Parameters()) {
        self.parameters = parameters
    }

    /// Judges the trail, the present event included.
    package func finding(at time: Int64, in trail: AddressTrail) -> Finding? {
        let stays = trail.recent(at: time, window: parameters.window)
        guard stays.count > parameters.maximumNetworks else { return nil }
        var networks: [UInt32] = []
        var blocks: [UInt32] = []
        var returns = 0
        var events: UInt64 = 0
        for stay in stays {
            events += UInt64(stay.events)
            if networks.contains(stay.place.network) {
                returns += 1
            } else {
                networks.append(stay.place.network)
            }
            if !blocks.contains(stay.place.block) { blocks.append(stay.place.block) }
        }
        let changes = stays.count - 1
        let returnShare = changes > 0 ? Double(returns) / Double(changes) : 0
        let changeShare = Double(changes) / Double(max(1, events))
        guard Double(networks.count) > Double(parameters.maximumNetworks) * (1 + returnShare),
            blocks.count >= parameters.minimumBlocks, changeShare >= parameters.minimumChangeShare
        else { return nil }
        let hours = Double(parameters.window) / 3_600_000
        return Finding(
            rule: Self.rule,
            description: "\(networks.count) networks of \(blocks.count) blocks in \(events) events within "
                + "\((hours * 10).rounded() / 10) h, \(changes) changes, \(returns) of them back",
            evidence: .object([
                .init("networks", .int(Int64(networks.count))),
                .init("blocks", .int(Int64(blocks.count))),
                .init("events", .int(Int64(clamping: events))),
                .init("changes", .int(Int64(changes))),
                .init("returns", .int(Int64(returns))),
                .init("window_ms", .int(parameters.window)),
            ])
        )
    }
}
