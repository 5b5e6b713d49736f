private import CYAML

/// Reads the YAML that policies are written in: one document of mappings, lists and texts.
///
/// The syntax is libyaml's (YAML 1.1, <https://yaml.org/spec/1.1/>), which also says where each value stands. Left out is
/// what makes a file mean something else than it looks like: anchors and aliases, tags, a key twice, several documents.
/// Bounded in bytes, depth and nodes, so that no file can cost more than a few milliseconds.
package struct YAMLParser: ~Copyable {
    package static let maximumBytes = 1 << 20
    package static let maximumDepth = 16
    package static let maximumNodes = 100_000
    package static let maximumProblems = 100

    /// What is wrong with a document.
    package struct Problem: Error, Equatable {
        package enum Kind: String, Sendable, CaseIterable {
            case syntax, empty, tooLarge, tooDeep, tooManyNodes, severalDocuments, anchor, tag, duplicateKey, keyShape
        }

        package var kind: Kind
        package var position: YAMLNode.Position
        package var message: String
    }

    /// The document, or nil and why: the problems found up to the one that ended the reading. Problems beside a document
    /// leave it unfit for use too.
    package static func parse(_ bytes: [UInt8]) -> (root: YAMLNode?, problems: [Problem]) {
        let start = YAMLNode.Position(line: 1, column: 1)
        guard bytes.count <= maximumBytes else {
            let message = "the file has \(bytes.count) bytes; \(maximumBytes) are allowed"
            return (nil, [Problem(kind: .tooLarge, position: start, message: message)])
        }
        return bytes.withUnsafeBufferPointer { buffer in
            guard !buffer.isEmpty else {
                return (nil, [Problem(kind: .empty, position: start, message: "the file is empty")])
            }
            // The buffer outlives the parser, which keeps a pointer to it.
            var parser = YAMLParser(buffer)
            do throws(Problem) {
                return (try parser.document(), parser.problems)
            } catch {
                return (nil, parser.problems + [error])
            }
        }
    }

    /// Ours alone, from `yaml_parser_initialize` to `yaml_parser_delete`.
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let input: UnsafeBufferPointer<UInt8>
    private var problems: [Problem] = []
    private var nodes = 0

    /// - Parameter input: must live as long as the parser; not empty.
    private init(_ input: UnsafeBufferPointer<UInt8>) {
        self.input = input
        parser = .allocate(capacity: 1)
        guard yaml_parser_initialize(parser) == 1 else { fatalError("out of memory") }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, input.baseAddress, input.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    private struct Event {
        enum What {
            case scalar(String, isPlain: Bool)
            case listStart, mappingStart, end, alias, documentStart, streamEnd, other
        }

        var what: What
        var position: YAMLNode.Position
        var isAnchored = false
        var isTagged = false
    }

    /// The next event; what libyaml cannot read is thrown with its place.
    private mutating func next() throws(Problem) -> Event {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw syntaxProblem }
        defer { yaml_event_delete(&event) }
        let position = Self.position(event.start_mark)
        switch event.type {
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            return Event(
                what: .scalar(text, isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE), position: position,
                isAnchored: scalar.anchor != nil, isTagged: scalar.tag != nil)
        case YAML_SEQUENCE_START_EVENT:
            let start = event.data.sequence_start
            return Event(
                what: .listStart, position: position, isAnchored: start.anchor != nil, isTagged: start.tag != nil)
        case YAML_MAPPING_START_EVENT:
            let start = event.data.mapping_start
            return Event(
                what: .mappingStart, position: position, isAnchored: start.anchor != nil, isTagged: start.tag != nil)
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: return Event(what: .end, position: position)
        case YAML_ALIAS_EVENT: return Event(what: .alias, position: position)
        case YAML_DOCUMENT_START_EVENT: return Event(what: .documentStart, position: position)
        case YAML_STREAM_END_EVENT: return Event(what: .streamEnd, position: position)
        default: return Event(what: .other, position: position)
        }
    }

    private mutating func document() throws(Problem) -> YAMLNode {
        _ = try next()  // the start of the stream
        let start = try next()
        guard case .documentStart = start.what else {
            throw Problem(kind: .empty, position: start.position, message: "the file holds nothing")
        }
        let root = try node(from: try next(), depth: 0)
        _ = try next()  // the end of the document
        let end = try next()
        if case .documentStart = end.what {
            throw Problem(
                kind: .severalDocuments, position: end.position, message: "a second document begins; one is allowed")
        }
        return root
    }

    private mutating func node(from event: Event, depth: Int) throws(Problem) -> YAMLNode {
        nodes += 1
        guard nodes <= Self.maximumNodes else {
            throw Problem(
                kind: .tooManyNodes, position: event.position,
                message: "more than \(Self.maximumNodes) values in one file")
        }
        guard depth <= Self.maximumDepth else {
            throw Problem(
                kind: .tooDeep, position: event.position, message: "more than \(Self.maximumDepth) levels of nesting")
        }
        if event.isAnchored {
            note(.anchor, event.position, "anchors (&name) are not understood: write the value where it is needed")
        }
        if event.isTagged { note(.tag, event.position, "tags (!name) are not understood") }
        switch event.what {
        case .scalar(let text, let isPlain):
            return YAMLNode(content: .text(text, isPlain: isPlain), position: event.position)
        case .listStart:
            var items: [YAMLNode] = []
            while true {
                let event = try next()
                if case .end = event.what { break }
                items.append(try node(from: event, depth: depth + 1))
            }
            return YAMLNode(content: .list(items), position: event.position)
        case .mappingStart:
            return YAMLNode(content: .mapping(try entries(depth: depth + 1)), position: event.position)
        case .alias:
            note(.anchor, event.position, "aliases (*name) are not understood: write the value itself")
            return YAMLNode(content: .text("", isPlain: true), position: event.position)
        case .end, .documentStart, .streamEnd, .other:
            throw Problem(kind: .syntax, position: event.position, message: "a value is missing here")
        }
    }

    private mutating func entries(depth: Int) throws(Problem) -> [YAMLNode.Entry] {
        var entries: [YAMLNode.Entry] = []
        var places: [String: Int] = [:]
        while true {
            let event = try next()
            if case .end = event.what { return entries }
            let key = try node(from: event, depth: depth)
            let value = try node(from: try next(), depth: depth)
            guard case .text(let name, _) = key.content else {
                note(.keyShape, key.position, "a key is one word")
                continue
            }
            if let line = places.updateValue(key.position.line, forKey: name) {
                note(.duplicateKey, key.position, "key '\(name.clipped)' is there already, in line \(line)")
                continue
            }
            entries.append(.init(key: name, keyPosition: key.position, value: value))
        }
    }

    private mutating func note(_ kind: Problem.Kind, _ position: YAMLNode.Position, _ message: String) {
        if problems.count < Self.maximumProblems {
            problems.append(Problem(kind: kind, position: position, message: message))
        }
    }

    private var syntaxProblem: Problem {
        let state = parser.pointee
        let what = state.problem.map { String(cString: $0) } ?? "not YAML"
        let context = state.context.map { " \(String(cString: $0))" } ?? ""
        // Bytes that are no characters have no mark, only an offset.
        let isByte = state.error == YAML_READER_ERROR
        let place = isByte ? position(ofByte: state.problem_offset) : Self.position(state.problem_mark)
        return Problem(kind: .syntax, position: place, message: "not YAML: \(what)\(context)")
    }

    private func position(ofByte offset: Int) -> YAMLNode.Position {
        let before = input.prefix(offset)
        let line = before.reduce(1) { $0 + ($1 == UInt8(ascii: "\n") ? 1 : 0) }
        let begin = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        return YAMLNode.Position(
            line: line, column: String(decoding: before[begin...], as: UTF8.self).unicodeScalars.count + 1)
    }

    private static func position(_ mark: yaml_mark_t) -> YAMLNode.Position {
        YAMLNode.Position(line: mark.line + 1, column: mark.column + 1)
    }
}

extension String {
    /// At most 60 code points of it on one line, for a message.
    package var clipped: String {
        var view = UnicodeScalarView()
        for scalar in unicodeScalars {
            if view.count == 60 { return String(view) + "…" }
            let isControl = scalar.properties.generalCategory == .control
            view.append(isControl ? " " : scalar)
        }
        return String(view)
    }
}
