import CPCRE2

/// One compiled regular expression of PCRE2 (<https://www.pcre.org/current/doc/html/pcre2syntax.html>).
///
/// Texts are UTF-8; bytes of a text that are not match nothing (`PCRE2_MATCH_INVALID_UTF`). `\w`, `\d` and `\b` know the
/// letters of all scripts. Compiled to machine code where PCRE2 can.
///
/// Invariant behind `@unchecked Sendable`: the code is written only in `init`, JIT compilation included, and PCRE2
/// documents it as read-only and shareable between threads afterwards (pcre2api, "Multithreading"). Freed with its owner.
final class Expression: @unchecked Sendable {
    /// What PCRE2 says is wrong with an expression.
    struct Invalid: Error, Equatable {
        /// Bytes of the expression in front of the place.
        var offset: Int
        var reason: String
    }

    /// Longer expressions are refused, in bytes.
    static let maximumLength = 4096

    let code: OpaquePointer

    init(_ source: [UInt8], isCaseless: Bool) throws(Invalid) {
        guard source.count <= Self.maximumLength else {
            throw Invalid(offset: Self.maximumLength, reason: "longer than \(Self.maximumLength) bytes")
        }
        var options = UInt32(PCRE2_UTF) | UInt32(PCRE2_UCP) | UInt32(PCRE2_MATCH_INVALID_UTF)
        options |= UInt32(PCRE2_NEVER_BACKSLASH_C)
        if isCaseless { options |= UInt32(PCRE2_CASELESS) }
        var error: Int32 = 0
        var offset = 0
        let compiled = source.withUnsafeBufferPointer { bytes in
            pcre2_compile_8(bytes.baseAddress ?? Self.empty, bytes.count, options, &error, &offset, nil)
        }
        guard let compiled else { throw Invalid(offset: min(offset, source.count), reason: Self.message(error)) }
        code = compiled
        // An expression that cannot be compiled to machine code is interpreted.
        _ = pcre2_jit_compile_8(compiled, UInt32(PCRE2_JIT_COMPLETE))
    }

    deinit { pcre2_code_free_8(code) }

    /// Stands in for the address of an array that has none. Never read: its length is 0.
    nonisolated(unsafe) private static let empty = UnsafePointer(UnsafeMutablePointer<UInt8>.allocate(capacity: 1))

    private static func message(_ error: Int32) -> String {
        let text = [UInt8](unsafeUninitializedCapacity: 256) { buffer, count in
            count = max(0, Int(pcre2_get_error_message_8(error, buffer.baseAddress!, buffer.count)))
        }
        return String(decoding: text, as: UTF8.self)
    }
}
