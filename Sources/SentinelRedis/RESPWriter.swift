/// Writes commands in the form Redis reads: an array of byte strings, each after its length.
package struct RESPWriter: Sendable {
    package private(set) var bytes: [UInt8] = []

    mutating func arrayHeader(_ count: Int) {
        header(UInt8(ascii: "*"), count)
    }

    mutating func bulk(_ content: some Collection<UInt8>) {
        header(UInt8(ascii: "$"), content.count)
        bytes.append(contentsOf: content)
        lineEnd()
    }

    private mutating func header(_ kind: UInt8, _ number: Int) {
        bytes.append(kind)
        // Nearly all are this short; by way of a text each takes four times as long, more than the argument itself.
        if number < 10 {
            bytes.append(UInt8(ascii: "0") + UInt8(number))
        } else if number < 100 {
            bytes.append(UInt8(ascii: "0") + UInt8(number / 10))
            bytes.append(UInt8(ascii: "0") + UInt8(number % 10))
        } else {
            bytes.append(contentsOf: String(number).utf8)
        }
        lineEnd()
    }

    private mutating func lineEnd() {
        bytes.append(UInt8(ascii: "\r"))
        bytes.append(UInt8(ascii: "\n"))
    }
}
