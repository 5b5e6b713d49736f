import Glibc
import SentinelCore

/// How well the detectors detect, on recorded data with labels: `quality [FOLDER] [-o human|json] [SECTION…]`.
@main
enum Quality {
    static let usage = """
        quality [FOLDER] [-o human|json] [SECTION…]
            Reads recorded data with labels from FOLDER, or from the folder that SENTINEL_DATA names, and prints a table
            per detector and data set. Sections: \(sections.map { $0.name }.joined(separator: ", ")); all without any.

        """

    static var sections: [any Section.Type] {
        [
            CadenceSection.self, TextSection.self, PatternSection.self, BaselineSection.self, LogSection.self,
            SuspicionSection.self, TimeSection.self,
        ]
    }

    static func main() {
        var arguments = CommandLine.arguments.dropFirst()
        var isJSON = false
        var folder = getenv("SENTINEL_DATA").map { String(cString: $0) }
        var wanted: [String] = []
        while let word = arguments.popFirst() {
            switch word {
            case "-h", "--help": return print(usage, terminator: "")
            case "-o":
                guard let form = arguments.popFirst(), ["human", "json"].contains(form) else {
                    fail("-o wants human or json")
                }
                isJSON = form == "json"
            case _ where sections.contains { $0.name == word }: wanted.append(word)
            case _ where isFolder(word): folder = word
            default: fail("'\(word)' is neither a folder nor a section\n\(usage)")
            }
        }
        guard let folder, isFolder(folder) else { fail("no folder with data: name it, or set SENTINEL_DATA\n\(usage)") }
        var reports: [Table] = []
        for section in sections where wanted.isEmpty || wanted.contains(section.name) {
            do {
                let tables = try section.tables(of: DataFolder(path: folder))
                if !isJSON { for table in tables { print(table.text()) } }
                reports += tables
            } catch {
                fail("\(section.name): \(error)")
            }
        }
        if isJSON { print(Table.json(reports)) }
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private static func fail(_ message: String) -> Never {
        let line = Array("quality: \(message)\n".utf8)
        _ = write(2, line, line.count)
        exit(2)
    }
}

/// One part of the bench: a detector, or a family of them, judged on the data of one kind.
protocol Section {
    /// As it is named on the command line.
    static var name: String { get }
    /// The tables of what is there; none where the folder has no data of this kind.
    static func tables(of data: DataFolder) throws -> [Table]
}
