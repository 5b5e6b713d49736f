/// Texts as YAML writes them.
enum YAMLText {
    /// As it is where no reader could take it for anything else, in double quotes otherwise.
    static func write(_ text: String) -> String {
        if isPlain(text.utf8) { return text }
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case _ where scalar.value < 32 || (0x7F...0x9F).contains(scalar.value) || scalar.value == 0xFEFF:
                let digits = String(scalar.value, radix: 16, uppercase: true)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    private static func isPlain(_ text: String.UTF8View) -> Bool {
        guard let first = text.first, isWordly(first) || first == UInt8(ascii: "/") else { return false }
        return text.allSatisfy { isWordly($0) || "/._-*%@+".utf8.contains($0) } && !"null".utf8.elementsEqual(text)
    }

    private static func isWordly(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
