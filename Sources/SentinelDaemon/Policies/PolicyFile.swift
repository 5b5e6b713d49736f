package import SentinelCore

/// Reads a policy and the lists that it names from files. Lists lie relative to the policy; `.gz` is understood.
package enum PolicyFile {
    /// Why a policy file could not be had at all.
    package struct Unreadable: Error, CustomStringConvertible {
        package let description: String
    }

    /// Throws ``Unreadable`` or `PolicyProblems`. Blocks while it reads.
    ///
    /// - Parameter path: `-` is the standard input, which names lists relative to the current folder.
    package static func read(_ path: String) throws -> PolicyDocument {
        let yaml: [UInt8]
        switch contents(of: path) {
        case .success(let bytes): yaml = bytes
        case .failure(let error): throw Unreadable(description: "\(path): \(error)")
        }
        let folder = path.lastIndex(of: "/").map { path[...$0] } ?? ""
        return try PolicyDocument(reading: yaml, file: path) { list in
            contents(of: list.hasPrefix("/") ? list : folder + list)
        }
    }

    /// At most one byte more than a policy may have: enough to see that it is too much.
    private static func contents(of path: String) -> Result<[UInt8], Reading.ListFileError> {
        do throws(RecordingError) {
            let file = try PlainFile(path: path)
            var bytes: [UInt8] = []
            while bytes.count <= PolicySource.maximumBytes, let chunk = try file.next() { bytes += chunk }
            return .success(Array(bytes.prefix(PolicySource.maximumBytes + 1)))
        } catch {
            return .failure(.init(error.message))
        }
    }
}
