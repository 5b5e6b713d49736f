extension Subject {
    /// A subject as people and lists write it: a bare address or network, or the printable form of any other. Addresses
    /// and networks in any form; nil for anything else.
    package init?(naming text: String) {
        if let address = try? IPAddress(text) {
            self.init(of: address)
        } else if text.contains("/"), let network = try? Network(text) {
            self.init(of: network)
        } else if let subject = try? Subject(printable: text) {
            switch subject.type {
            case "ip":
                guard let address = try? IPAddress(parsing: subject.id) else { return nil }
                self.init(of: address)
            case "net":
                guard let network = try? Network(parsing: subject.id) else { return nil }
                self.init(of: network)
            default: self = subject
            }
        } else {
            return nil
        }
    }
}
