import CPCRE2

/// Runs expressions over texts within limits, so that no text can stall it. Belongs to one thread: it owns the room that
/// PCRE2 works in, freed with it.
final class ExpressionMatcher {
    enum Outcome: Equatable {
        case none
        /// Where the first match lies, in bytes.
        case found(Range<Int>)
        /// Given up: the text makes the expression try too much.
        case exceeded
    }

    /// Steps of PCRE2 from one starting place of a text (`pcre2_set_match_limit`). A text of 4,096 bytes takes tens of
    /// milliseconds at the very worst.
    static let matchLimit: UInt32 = 5_000
    /// Nested backtracking, of the interpreter only.
    static let depthLimit: UInt32 = 1_000
    /// Memory of one match of the interpreter, in KiB; the stack of the machine code is bounded to as much.
    static let heapLimit: UInt32 = 256

    private let context: OpaquePointer
    private let stack: OpaquePointer?
    private let data: OpaquePointer

    init() {
        // Only a machine without memory fails here: no input can.
        guard let context = pcre2_match_context_create_8(nil), let data = pcre2_match_data_create_8(1, nil) else {
            fatalError("PCRE2 cannot allocate its match data")
        }
        self.context = context
        self.data = data
        // Nil where PCRE2 was built without JIT.
        stack = pcre2_jit_stack_create_8(32 * 1024, Int(Self.heapLimit) * 1024, nil)
        pcre2_set_match_limit_8(context, Self.matchLimit)
        pcre2_set_depth_limit_8(context, Self.depthLimit)
        pcre2_set_heap_limit_8(context, Self.heapLimit)
        // The stack outlives the context, which is freed first.
        if let stack { pcre2_jit_stack_assign_8(context, nil, UnsafeMutableRawPointer(stack)) }
    }

    deinit {
        pcre2_match_data_free_8(data)
        pcre2_match_context_free_8(context)
        if let stack { pcre2_jit_stack_free_8(stack) }
    }

    func firstMatch(of expression: Expression, in text: [UInt8]) -> Outcome {
        guard !text.isEmpty else { return .none }
        return text.withUnsafeBufferPointer { bytes in
            // PCRE2 keeps the address in its match data, but nothing asks it for text later: only offsets are read.
            let result = pcre2_match_8(expression.code, bytes.baseAddress!, bytes.count, 0, 0, data, context)
            guard result >= 0 else { return result == PCRE2_ERROR_NOMATCH ? .none : .exceeded }
            // One pair of offsets was asked for at the creation, so there is one to read.
            let offsets = pcre2_get_ovector_pointer_8(data)!
            let start = min(offsets[0], bytes.count)
            return .found(start..<max(start, min(offsets[1], bytes.count)))
        }
    }
}
