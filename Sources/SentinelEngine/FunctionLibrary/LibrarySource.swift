private import CSentinelLua
package import SentinelCore

/// The text that Redis loads: the compiled policy and the Lua files of this build, as one chunk.
package enum LibrarySource {
    /// The library's name in Redis; its functions are `sentinel_record` and so on.
    package static let name = "sentinel"

    /// This build's library version, as it stands in `lua/library.lua`. It grows with each change that older
    /// coordinators could not work with; an older build never overwrites a newer one.
    package static let version: Int64 = 5

    /// The chunk for `FUNCTION LOAD`: the compiled policy, the text it was read from, and the Lua files.
    ///
    /// - Parameter loadedAt: ms since 1970, for `sentinel_info` to tell; nil: it says 0. No part of the hash.
    package static func text(for document: PolicyDocument, loadedAt: Int64? = nil) -> String {
        let policy = PolicyCompiler.compile(document.policy) + document.source.inLua
        let loaded = loadedAt.map { "POLICY.loaded = \($0)\n" } ?? ""
        return "#!lua name=\(name)\n" + policy + "POLICY.hash = '\(Hash.hex(of: policy))'\n" + loaded
            + files.joined(separator: "\n")
    }

    /// Names a policy, with all that it was made from: what `sentinel_info` tells.
    package static func hash(of document: PolicyDocument) -> String {
        Hash.hex(of: PolicyCompiler.compile(document.policy) + document.source.inLua)
    }

    /// The embedded files' names, in the order in which they are joined.
    package static var fileNames: [String] {
        withFiles { $0.map { String(cString: $0.name) } }
    }

    /// Those of one function each stand in a block of their own: a chunk of Lua has 200 locals at most.
    private static var files: [String] {
        withFiles { files in
            files.map { file in
                let bytes = UnsafeRawBufferPointer(start: file.source, count: file.length)
                let text = String(decoding: bytes, as: UTF8.self)
                return String(cString: file.name).hasPrefix("sentinel_") ? "do\n\(text)end\n" : text
            }
        }
    }

    private static func withFiles<Result>(_ body: (UnsafeBufferPointer<sentinel_lua_file>) -> Result) -> Result {
        body(UnsafeBufferPointer(start: sentinel_lua_files(), count: sentinel_lua_file_count()))
    }
}
