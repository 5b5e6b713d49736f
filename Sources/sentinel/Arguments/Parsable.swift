/// Something that a command line can be read into: a plain struct whose stored properties are the options and
/// whose initial values are their defaults.
protocol Parsable: Sendable {
    init()
}

/// A stored property that a word of the command line goes into.
typealias Property<Root, Value> = any WritableKeyPath<Root, Value> & Sendable
