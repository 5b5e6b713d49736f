/// Reproducible random bytes for tests that throw garbage at parsers (SplitMix64).
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Bytes of which one half is random and the other taken from `bias`, so that they get past the first check.
    mutating func bytes(_ count: ClosedRange<Int>, bias: String) -> [UInt8] {
        let likely = Array(bias.utf8)
        let isBiased = Bool.random(using: &self)
        return (0..<Int.random(in: count, using: &self)).map { _ in
            isBiased || Bool.random(using: &self)
                ? likely.randomElement(using: &self)! : UInt8.random(in: 0...255, using: &self)
        }
    }
}
