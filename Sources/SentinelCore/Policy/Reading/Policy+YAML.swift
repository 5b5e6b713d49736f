extension Policy {
    /// The policy as YAML: what differs from the defaults of each key, and the rules. Read back, it is the same policy.
    package var yaml: String {
        let blank = Form<Policy>.policy.blank
        var text = ""
        for key in Form<Policy>.policy.keys where key.name != "rules" {
            if let value = key.written(self, blank) { text += "\(key.name): \(value)\n" }
        }
        text += rules.isEmpty ? "rules: []\n" : "rules:\n"
        for rule in rules {
            var indent = "  - "
            for key in Form<Rule>.rule.keys {
                guard let value = key.written(rule, Form<Rule>.rule.blank) else { continue }
                text += "\(indent)\(key.name): \(value)\n"
                indent = "    "
            }
        }
        return text
    }
}
