import Testing

@testable import SentinelCore

struct TextNormalizerTests {
    private func skeleton(_ bytes: [UInt8]) -> String {
        var normalizer = TextNormalizer()
        normalizer.normalize(bytes)
        return String(decoding: normalizer.skeleton, as: UTF8.self)
    }

    private func skeleton(_ text: String) -> String {
        skeleton(Array(text.utf8))
    }

    @Test(arguments: [
        ("case", "FREE Money Now"),
        ("letters drawn out", "freeeeee moneeеey nooowww"),
        ("spaced out", "f r e e   m.o.n.e.y - n_o_w"),
        ("punctuation, digits and emoji", "free!!! 100 money 💰💰 now?"),
        ("byte order mark", "\u{FEFF}free mo\u{FEFF}ney now"),
        ("zero width", "f\u{200B}r\u{200C}e\u{200D}e m\u{2060}oney no\u{00AD}w"),
        ("direction controls", "\u{202E}free money\u{202C} now\u{200F}"),
        ("control characters", "fr\u{0}ee\u{7} money\u{1B} now"),
        ("invisible letters", "fr\u{3164}ee mon\u{115F}ey now"),
        ("variation selectors and tags", "free\u{FE0F} money\u{E0041} now"),
        ("full width", "ｆｒｅｅ　ＭＯＮＥＹ　ｎｏｗ"),
        ("mathematical", "𝐟𝓻𝔢𝕖 𝗆𝘰𝙣𝚎𝑦 𝖓𝐎𝕎"),
        ("circled and squared", "ⓕⓡⓔⓔ 🅼🄾🅝🅴🆈 🇳🇴🇼"),
        ("Cyrillic look-alikes", "frее mоnеу nоw"),
        ("Cyrillic capitals", "FRЕЕ МОNЕУ NОW"),
        ("Greek look-alikes", "free mοney nοw"),
        ("Greek capitals", "FRΕΕ ΜΟNΕΥ NΟW"),
        ("small capitals", "ꜰʀᴇᴇ ᴍᴏɴᴇʏ ɴᴏᴡ"),
        ("accents", "frèé mönêÿ nøw"),
        ("stacked marks", "f\u{335}r\u{336}e\u{301}\u{302}\u{303}e money now"),
        ("composed or not", "free\u{301} money now"),
    ])
    func `a disguised text has the skeleton of the plain one`(disguise: String, text: String) {
        // Capital upsilon looks like Y, but folds with its lower case, which looks like u.
        #expect(skeleton(text).replacing("u", with: "y") == "fremoneynow", "\(disguise)")
    }

    @Test(arguments: [
        ("fr33 m0n3y", "fre money", "frmny"), ("7h3 w4y", "the way", "hwy"), ("p4ssw0rd5", "paswords", "pswrd"),
        ("in 2017 for 500 $", "infor", "infor"), ("13 h0urs", "hours", "hurs"), ("1l1l", "i", "i"),
        ("４frее", "fre", "fre"), ("7\u{200B}he", "the", "he"), ("3а", "ea", "a"), ("ends 4", "ends", "ends"),
    ])
    func `digits in words are read as letters, numbers are not`(text: String, reading: String, skeleton: String) {
        var normalizer = TextNormalizer()
        normalizer.normalize(Array(text.utf8))
        #expect(String(decoding: normalizer.reading, as: UTF8.self) == reading.replacing(" ", with: ""))
        #expect(String(decoding: normalizer.skeleton, as: UTF8.self) == skeleton)
    }

    @Test func `a small l is the capital i that it looks like`() {
        #expect(skeleton("SPECIAL OFFER") == skeleton("SPEClAI OFFER"))
    }

    @Test func `ligatures and letters that are two become two`() {
        #expect(skeleton("oﬃce straße STRASSE Œuvre") == "oficestrasestraseoeuvre")
    }

    @Test(arguments: [
        ("ПРИВЕТ, как дела", "привет как дела"), ("ΚΑΛΗΜΕΡΑ ΝΕΑ", "καλημερα νεα"),
        ("ДОБРОЕ УТРО, ВСЕМ", "доброе утро всем"),
        ("한국어", "\u{1112}\u{1161}\u{11AB}\u{1100}\u{116E}\u{11A8}\u{110B}\u{1165}"), ("ﾊﾛｰﾜｰﾙﾄﾞ", "ハローワールド"),
        ("ÅNGSTRÖM", "a\u{30A}ngstro\u{308}m"),
    ])
    func `other scripts fold by case and form`(one: String, other: String) {
        #expect(skeleton(one) == skeleton(other))
        #expect(!skeleton(one).isEmpty)
    }

    @Test func `different texts stay different`() {
        let texts = [
            "free money now", "free honey now", "привет", "пока", "你好世界", "你好世间", "हिन्दी", "ไทย", "عربى", "עברית",
        ]
        #expect(Set(texts.map(skeleton)).count == texts.count)
    }

    @Test func `bytes that are not UTF-8 count as nothing`() {
        #expect(skeleton(Array("fr".utf8) + [0xFF, 0xC0, 0x80] + Array("ee".utf8) + [0xE2, 0x82]) == "fre")
        #expect(skeleton([]) == "")
        #expect(skeleton("👍🏽 123 !!!") == "")
    }

    @Test func `letters are counted, an ideograph as three`() {
        var normalizer = TextNormalizer()
        normalizer.normalize(Array("Hé, wörld 1".utf8))
        #expect(normalizer.letters == 7)
        normalizer.normalize(Array("你好 a".utf8))
        #expect(normalizer.letters == 7)
        normalizer.normalize(Array("abc".utf8))
        #expect(normalizer.letters == 3)
    }

    @Test func `what lies behind the limit is not looked at`() {
        var normalizer = TextNormalizer(maximumBytes: 4)
        normalizer.normalize(Array("a.bcde".utf8))
        #expect(normalizer.skeleton == Array("abc".utf8))
        // U+FDFA is three bytes that stand for eighteen characters.
        normalizer.normalize(Array(String(repeating: "\u{FDFA}", count: 1_000).utf8))
        #expect(normalizer.skeleton.count < 64)
    }

    @Test func `the short way for ASCII agrees with the long one`() {
        var random = SplitMix(seed: 6)
        for _ in 0..<500 {
            let ascii = random.bytes(0...60, bias: "abcXYZ 019.").map { $0 & 0x7F }
            // A leading symbol that drops out sends the text down the long way.
            #expect(skeleton(ascii) == skeleton(Array("→".utf8) + ascii))
        }
    }

    @Test func `every scalar folds to plain letters that fold to themselves`() {
        var normalizer = TextNormalizer()
        var unstable: [Unicode.Scalar] = []
        for value in UInt32(0)...0x1FFFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            normalizer.normalize(Array(String(scalar).utf8))
            let once = normalizer.skeleton
            normalizer.normalize(once)
            if normalizer.skeleton != once { unstable.append(scalar) }
        }
        #expect(unstable.isEmpty, "\(unstable.count) scalars, such as \(unstable.prefix(5))")
    }

    @Test func `scalars are read as the standard library reads them`() {
        var random = SplitMix(seed: 11)
        for _ in 0..<5_000 {
            let bytes = random.bytes(0...12, bias: "aé€𝐟\u{10FFFF}\u{D7FF}\u{E000}\u{800}\u{10000}")
            var index = 0
            var scalars: [Unicode.Scalar] = []
            while index < bytes.count {
                if let scalar = ScalarDecoder.next(in: bytes.span, at: &index) { scalars.append(scalar) }
            }
            let expected = String(decoding: bytes, as: UTF8.self).unicodeScalars.filter { $0 != "\u{FFFD}" }
            #expect(scalars.filter { $0 != "\u{FFFD}" } == Array(expected))
        }
    }

    @Test func `random bytes never trap`() {
        var random = SplitMix(seed: 7)
        var normalizer = TextNormalizer(maximumBytes: 200)
        for _ in 0..<2_000 {
            let text = random.bytes(0...300, bias: "aе\u{301}\u{200B}ｆ𝐟\u{FDFA}")
            normalizer.normalize(text)
            #expect(String(validating: normalizer.skeleton, as: UTF8.self) != nil)
            let first = normalizer.skeleton
            normalizer.normalize(text)
            #expect(normalizer.skeleton == first)
        }
    }
}
