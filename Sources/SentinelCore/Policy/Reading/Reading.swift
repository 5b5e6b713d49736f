/// One reading of a policy: where it stands, what was wrong so far, and what it has learned of the policy.
package struct Reading {
    /// Contents of a file that the policy names, or why there are none.
    package typealias Files = (_ path: String) -> Result<[UInt8], ListFileError>

    /// Why a file that the policy names could not be had.
    package struct ListFileError: Error, Sendable, CustomStringConvertible {
        package let description: String

        package init(_ description: String) {
            self.description = description
        }
    }

    private let file: String
    private let files: Files
    private var path: [String] = []
    private(set) var problems: [PolicyProblem] = []
    private(set) var omitted = 0
    /// Fields that the policy itself names; known before the rules are read.
    var fields: [String: Policy.FieldType] = [:]
    /// The files that the policy names, by the path it names them by.
    private(set) var lists: [String: [UInt8]] = [:]

    init(file: String, files: @escaping Files) {
        self.file = file
        self.files = files
    }

    var count: Int { problems.count + omitted }

    mutating func note(_ kind: PolicyProblem.Kind, at position: YAMLNode.Position, _ message: String) {
        guard problems.count < PolicyProblems.most else {
            omitted += 1
            return
        }
        let path = path.reduce("") { $1.hasPrefix("[") || $0.isEmpty ? $0 + $1 : $0 + "." + $1 }
        problems.append(PolicyProblem(kind: kind, file: file, position: position, path: path, message: message))
    }

    /// A value that is not what it should be: `'5o' is not a whole number …`, and what may have been meant.
    mutating func reject(_ node: YAMLNode, _ allowed: String, meant: String? = nil, kind: PolicyProblem.Kind = .value) {
        let hint = meant.map { "; did you mean '\($0)'?" } ?? ""
        switch node.content {
        case .text where node.isEmpty: note(.shape, at: node.position, "nothing stands here; want \(allowed)")
        case .text(let text, _): note(kind, at: node.position, "'\(text.clipped)' is not \(allowed)\(hint)")
        case .list: note(.shape, at: node.position, "a list stands here; want \(allowed)")
        case .mapping: note(.shape, at: node.position, "a mapping stands here; want \(allowed)")
        }
    }

    /// Reads a part of the document, whose problems are told under its name.
    mutating func under<Value>(_ name: String, _ body: (inout Reading) -> Value) -> Value {
        path.append(name)
        defer { path.removeLast() }
        return body(&self)
    }

    /// The contents of a file that the policy names.
    mutating func list(_ path: String, at position: YAMLNode.Position) -> [UInt8]? {
        if let known = lists[path] { return known }
        switch files(path) {
        case .success(let bytes):
            lists[path] = bytes
            return bytes
        case .failure(let error):
            note(.file, at: position, "cannot read '\(path.clipped)': \(error)")
            return nil
        }
    }
}
