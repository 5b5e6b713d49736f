/// Reads Unicode scalars from bytes that should be UTF-8, without a string in between.
///
/// Well-formed sequences are those of The Unicode Standard, table 3-7: no overlong forms, no surrogates, nothing above
/// U+10FFFF. Any other byte is passed over by itself.
enum ScalarDecoder {
    /// The scalar that starts at `index`, or nil if none does; moves the index behind what was read, at least one byte.
    static func next(in bytes: Span<UInt8>, at index: inout Int) -> Unicode.Scalar? {
        let lead = bytes[index]
        index += 1
        if lead < 0x80 { return Unicode.Scalar(lead) }
        let length: Int
        var value: UInt32
        // The second byte of some sequences has a narrower range than 80…BF.
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch lead {
        case 0xC2...0xDF: (length, value) = (1, UInt32(lead & 0x1F))
        case 0xE0...0xEF:
            (length, value) = (2, UInt32(lead & 0x0F))
            if lead == 0xE0 { second = 0xA0...0xBF }
            if lead == 0xED { second = 0x80...0x9F }
        case 0xF0...0xF4:
            (length, value) = (3, UInt32(lead & 0x07))
            if lead == 0xF0 { second = 0x90...0xBF }
            if lead == 0xF4 { second = 0x80...0x8F }
        default: return nil
        }
        guard bytes.count - index >= length, second.contains(bytes[index]) else { return nil }
        for offset in 0..<length {
            let byte = bytes[index + offset]
            guard byte & 0xC0 == 0x80 else { return nil }
            value = value << 6 | UInt32(byte & 0x3F)
        }
        index += length
        return Unicode.Scalar(value)
    }
}
