import Glibc

/// Keeps a second `sentinel up` out of a data folder. The kernel lets go of it when the process ends, however it ends.
package final class DataFolderLock: Sendable {
    private let descriptor: Int32

    /// Makes the folder if it is missing, and takes its lock.
    package init(folder: String) throws(LifecycleError) {
        guard Self.makeFolder(folder) else {
            throw LifecycleError("cannot make the data folder \(folder): \(String(cString: strerror(errno)))")
        }
        descriptor = open("\(folder)/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw LifecycleError("cannot write to the data folder \(folder): \(String(cString: strerror(errno)))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw LifecycleError("another `sentinel up` runs with the data folder \(folder)")
        }
    }

    deinit {
        close(descriptor)
    }

    /// As `mkdir -p`, with 0700 for what it makes: the folder holds what users did.
    private static func makeFolder(_ path: String) -> Bool {
        var information = stat()
        if stat(path, &information) == 0 { return information.st_mode & S_IFMT == S_IFDIR }
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex, !makeFolder(String(path[..<slash])) {
            return false
        }
        return mkdir(path, 0o700) == 0 || errno == EEXIST
    }
}

/// What kept Sentinel from starting, or from going on.
package struct LifecycleError: Error, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
