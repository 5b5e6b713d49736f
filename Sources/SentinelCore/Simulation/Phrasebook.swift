/// Makes up what people write. Sentences come from a small grammar and are full of made-up names, as people's are of
/// real ones: so two people write neither the same nor something similar by chance.
enum Phrasebook {
    /// A post: two to four sentences.
    static func post(_ random: inout SeededGenerator) -> String {
        (0..<2 + random.index(below: 3)).map { _ in sentence(&random) }.joined(separator: " ")
    }

    /// A chat message: an opening and a sentence.
    static func message(_ random: inout SeededGenerator) -> String {
        random.pick(openings) + sentence(&random) + random.pick(endings)
    }

    /// What many people write alike without meaning harm.
    static func shortReply(_ random: inout SeededGenerator) -> String { random.pick(replies) }

    /// An advertisement with a link, as rings of accounts spread it.
    static func advertisement(_ random: inout SeededGenerator) -> String {
        let number = 100 + random.index(below: 900)
        return "\(random.pick(offers)) \(random.pick(nouns)) \(random.pick(promises)) only \(number) places left, "
            + "visit https://\(random.pick(nouns))-\(number).example/\(random.pick(verbs)) today"
    }

    private static func sentence(_ random: inout SeededGenerator) -> String {
        let (subject, verb) = ("\(random.pick(subjects)) \(name(&random))", random.pick(verbs))
        let (adjective, noun) = (random.pick(adjectives), "\(name(&random)) \(random.pick(nouns))")
        let (place, time) = ("\(random.pick(places)) in \(name(&random))", random.pick(times))
        let source = "\(name(&random)) \(name(&random))"
        return switch random.index(below: 5) {
        case 0: "\(subject) \(verb) the \(adjective) \(noun) \(place) \(time), says \(source)."
        case 1: "\(time) \(subject) \(verb) a \(noun) \(place), quite \(adjective), as \(source) wrote."
        case 2: "Has anybody at \(source) who \(verb) a \(adjective) \(noun) \(place) tried it \(time)?"
        case 3: "My \(noun) \(place) is \(adjective) since \(subject) \(verb) it \(time) for \(source)."
        default: "\(subject) \(verb) \(2 + random.index(below: 30)) \(adjective) \(noun)s \(place) for \(source)."
        }
    }

    /// Of a person, a brand, a town: three or four syllables.
    private static func name(_ random: inout SeededGenerator) -> String {
        let first = random.pick(consonants)
        let rest = (0..<2 + random.index(below: 2)).map { _ in random.pick(vowels) + random.pick(consonants) }
        return first.uppercased() + rest.joined() + random.pick(vowels)
    }

    private static let consonants = [
        "b", "d", "f", "g", "h", "j", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z", "st", "br", "kl", "nd",
    ]
    private static let vowels = ["a", "e", "i", "o", "u", "ei", "au"]
    private static let subjects = [
        "my sister", "the neighbour", "our teacher", "a friend of mine", "the whole team", "somebody", "my old boss",
        "the mechanic", "grandfather", "the new tenant", "a colleague", "the librarian", "our club", "the postman",
        "my cousin", "the baker", "her brother", "the gardener", "a student", "the landlord",
    ]
    private static let verbs = [
        "repaired", "painted", "found", "sold", "borrowed", "measured", "cleaned", "replaced", "ordered", "carried",
        "photographed", "described", "built", "forgot", "polished", "wrapped", "inspected", "tuned", "labelled",
        "collected", "moved", "bought", "tested", "hid", "returned",
    ]
    private static let adjectives = [
        "green", "heavy", "ancient", "cheap", "wooden", "noisy", "broken", "tiny", "round", "shiny", "rusty", "soft",
        "crooked", "empty", "warm", "plain", "striped", "hollow", "sturdy", "pale", "narrow", "smooth", "odd",
    ]
    private static let nouns = [
        "bicycle", "lamp", "kettle", "guitar", "ladder", "radio", "carpet", "camera", "engine", "window", "bookshelf",
        "clock", "umbrella", "printer", "garden", "boat", "drill", "mirror", "sofa", "telescope", "keyboard", "stove",
        "tent", "violin", "blanket", "suitcase", "fence", "basket", "helmet", "saddle",
    ]
    private static let places = [
        "in the attic", "near the station", "behind the school", "at the market", "on the balcony", "by the river",
        "in the workshop", "at home", "under the stairs", "in the harbour", "next door", "across the street",
        "in the village", "at the office", "on the island", "in the cellar", "outside", "at the museum",
    ]
    private static let times = [
        "yesterday", "last week", "this morning", "before lunch", "in spring", "after the storm", "two days ago",
        "on Sunday", "at midnight", "during the holidays", "again", "for the first time", "last year", "tonight",
        "just now", "in one afternoon", "after work", "without help",
    ]
    private static let openings = [
        "hey, ", "so ", "well, ", "by the way, ", "fun fact: ", "imagine, ", "you know what? ", "ok, ", "hm, ",
        "look, ",
        "oh, ", "apparently ", "btw ", "guess what, ", "right, ", "", "", "",
    ]
    private static let endings = [
        "", "", "", " :)", " What do you think?", " Anyway.", " Really.", " No joke.", " lol", " Nice.",
    ]
    private static let replies = ["thanks!", "ok", "lol", "same here", "good morning", "+1", "great, thank you", "yes"]
    private static let offers = ["Earn money with your", "Get a free", "Win the newest", "Cheap loans for every"]
    private static let promises = [
        "without any risk,", "in just one week,", "guaranteed by experts,", "as seen on TV,",
    ]
}
