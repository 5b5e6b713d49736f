package import SentinelCore

/// Reads the labels of subjects from a CSV file, compressed with gzip or not.
package enum LabelFile {
    package static func read(_ path: String) throws(RecordingError) -> SubjectLabels {
        let file = try PlainFile(path: path)
        var labels = SubjectLabels()
        while let chunk = try file.next() {
            do { try labels.read(chunk) } catch { throw RecordingError(error, file: file.name) }
        }
        do { try labels.finish() } catch { throw RecordingError(error, file: file.name) }
        return labels
    }
}
