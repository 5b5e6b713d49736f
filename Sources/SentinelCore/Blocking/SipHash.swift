/// SipHash-2-4 with 128 bits: a keyed hash that nobody without the key can find collisions for.
/// <https://cr.yp.to/siphash/siphash-20120918.pdf>; the long output is that of the authors' reference code.
package enum SipHash {
    /// The key: secret, chosen at random.
    package struct Key: Sendable, Equatable {
        package let low: UInt64
        package let high: UInt64

        package init(low: UInt64, high: UInt64) {
            self.low = low
            self.high = high
        }

        package static func random() -> Key { Key(low: .random(in: .min ... .max), high: .random(in: .min ... .max)) }
    }

    /// The first eight bytes of the output, in the reference code's order, are the low word.
    package static func hash(_ bytes: [UInt8], key: Key) -> UInt128 {
        var state = State(
            a: key.low ^ 0x736f_6d65_7073_6575, b: key.high ^ 0x646f_7261_6e64_6f6d ^ 0xEE,
            c: key.low ^ 0x6c79_6765_6e65_7261, d: key.high ^ 0x7465_6462_7974_6573)
        bytes.withUnsafeBytes { raw in
            let whole = raw.count & ~7
            for offset in stride(from: 0, to: whole, by: 8) {
                state.take(UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
            }
            var last = UInt64(truncatingIfNeeded: raw.count) << 56
            for offset in whole..<raw.count { last |= UInt64(raw[offset]) << UInt64(8 * (offset - whole)) }
            state.take(last)
        }
        let low = state.finish(0xEE)
        let high = state.finish(0xDD, into: \.b)
        return UInt128(high) << 64 | UInt128(low)
    }

    private struct State {
        var a, b, c, d: UInt64

        mutating func take(_ word: UInt64) {
            d ^= word
            round()
            round()
            a ^= word
        }

        mutating func finish(_ constant: UInt64, into word: WritableKeyPath<State, UInt64> = \.c) -> UInt64 {
            self[keyPath: word] ^= constant
            for _ in 0..<4 { round() }
            return a ^ b ^ c ^ d
        }

        private mutating func round() {
            a &+= b
            b = b << 13 | b >> 51
            b ^= a
            a = a << 32 | a >> 32
            c &+= d
            d = d << 16 | d >> 48
            d ^= c
            a &+= d
            d = d << 21 | d >> 43
            d ^= a
            c &+= b
            b = b << 17 | b >> 47
            b ^= c
            c = c << 32 | c >> 32
        }
    }
}
