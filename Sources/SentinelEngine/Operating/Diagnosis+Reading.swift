package import SentinelCore

extension Diagnosis {
    /// What the API tells of one check.
    package init?(object: JSONValue) {
        guard let check = object["check"]?.text, let state = object["state"]?.text.flatMap(State.init(rawValue:)) else {
            return nil
        }
        self.init(check, state, object["message"]?.text ?? "", advice: object["advice"]?.text)
    }

    /// There is no API that could be asked.
    package static func unreachableAPI(_ message: String) -> Diagnosis {
        Diagnosis(
            "api", .failure, message, advice: "is 'sentinel up' or 'sentinel run' at work there? Its log says more")
    }
}
