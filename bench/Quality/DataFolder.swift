import Glibc
import SentinelDaemon

/// The folder with recorded data. Data sets are found by the folder they lie in and by the columns they have, never by
/// their names: the bench runs on data that it has not seen.
struct DataFolder {
    let path: String

    /// The files below a folder of it, compressed or not, whose names end so; in alphabetical order.
    func files(in folder: String, suffixes: [String] = [".csv", ".csv.gz"]) -> [String] {
        guard let directory = opendir("\(path)/\(folder)") else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != "..", suffixes.isEmpty || suffixes.contains(where: name.hasSuffix) {
                names.append("\(folder)/\(name)")
            }
        }
        return names.sorted()
    }

    /// The rows of a CSV file with a header.
    func rows(of file: String) throws -> CSVRows { try CSVRows(path: "\(path)/\(file)") }
}

/// A CSV file in memory, its fields by the names of the header.
struct CSVRows {
    let columns: [String]
    private(set) var rows: [[[UInt8]]] = []

    init(path: String) throws {
        var columns: [String]?
        var rows: [[[UInt8]]] = []
        try CSVFile.read(path: path) { record in
            if columns == nil {
                columns = record.map { String(decoding: $0, as: UTF8.self) }
            } else {
                rows.append(record)
            }
        }
        self.columns = columns ?? []
        self.rows = rows
    }

    /// Only the names in the header.
    static func columns(of path: String) throws -> Set<String> {
        Set(try CSVRows(path: path).columns)
    }

    func has(_ names: String...) -> Bool { names.allSatisfy(columns.contains) }

    /// The place of a column, for `rows`.
    func place(of name: String) -> Int? { columns.firstIndex(of: name) }
}
