import Glibc

/// Random numbers that are the same for the same seed on every machine and with every compiler: SplitMix64
/// (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014). Not for secrets.
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    /// A generator of its own for part number `stream` of something: parts do not disturb each other.
    package init(seed: UInt64, stream: UInt64) {
        var mixer = SeededGenerator(seed: seed ^ (stream &* 0xD1B5_4A32_D192_ED03))
        state = mixer.next()
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Uniform in 0 ..< 1.
    package mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Uniform in 0 ..< `count` (with a bias below 2⁻³² for counts below 2³²).
    /// - Precondition: `count` is positive.
    package mutating func index(below count: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(count)).high)
    }

    package mutating func number(in range: ClosedRange<Int64>) -> Int64 {
        range.lowerBound + Int64(index(below: Int(range.upperBound - range.lowerBound) + 1))
    }

    package mutating func chance(_ probability: Double) -> Bool { unit() < probability }

    /// - Precondition: There is something to pick.
    package mutating func pick<Element>(_ elements: [Element]) -> Element { elements[index(below: elements.count)] }

    /// A log-normal value: its logarithm is normal with standard deviation `sigma`.
    package mutating func logNormal(median: Double, sigma: Double) -> Double {
        // Box and Muller; 1 - unit() because the logarithm of 0 is not a number.
        median * exp(sigma * (-2 * log(1 - unit())).squareRoot() * cos(2 * .pi * unit()))
    }
}
