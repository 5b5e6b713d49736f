/// How a fingerprint is stored inside other state: letters, hash, sketch; 26 bytes at most.
extension Fingerprint {
    func write(to writer: inout StateWriter) {
        writer.varint(UInt64(letters))
        writer.word(hash)
        sketch.write(to: &writer)
    }

    /// Writes a lone zero where there is no fingerprint.
    static func write(_ fingerprint: Fingerprint?, to writer: inout StateWriter) {
        guard let fingerprint, fingerprint.letters > 0 else { return writer.varint(0) }
        fingerprint.write(to: &writer)
    }

    /// Reads what `write` wrote; nil for a lone zero.
    init?(from reader: inout StateReader) throws(StateDecodingError) {
        let letters = try reader.count(atMost: Int(UInt16.max))
        guard letters > 0 else { return nil }
        self.init(hash: try reader.word(), sketch: try TextSketch(from: &reader), letters: UInt16(letters))
    }
}

extension TextSketch {
    func write(to writer: inout StateWriter) {
        writer.word(low)
        writer.word(high)
    }

    init(from reader: inout StateReader) throws(StateDecodingError) {
        self.init(low: try reader.word(), high: try reader.word())
    }
}
