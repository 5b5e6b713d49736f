package import SentinelCore

extension EdgeLag {
    /// What the API tells of an edge.
    package init?(object: JSONValue) {
        guard let name = object["edge"]?.text, let way = object["via"]?.text.flatMap(EdgeState.Way.init(rawValue:))
        else { return nil }
        self.init(
            edge: EdgeState(
                name: name, applied: object["applied"]?.integer ?? 0, seen: object["seen"]?.instant ?? 0, way: way),
            changes: object["behind"]?.integer ?? 0, time: .milliseconds(object["lag_ms"]?.integer ?? 0),
            silence: .milliseconds(object["silence_ms"]?.integer ?? 0))
    }
}
