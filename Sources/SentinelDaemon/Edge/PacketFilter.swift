import Glibc
import SentinelCore

/// nftables through its own library, which is loaded when it is needed: only who runs `sentinel edge nft` must have it
/// (Debian: `libnftables1`, with `nftables`). <https://wiki.nftables.org/>, `man 3 libnftables`
///
/// Confined to one thread: a context of the library is not thread-safe.
final class PacketFilter {
    private typealias New = @convention(c) (UInt32) -> OpaquePointer?
    private typealias Free = @convention(c) (OpaquePointer) -> Void
    private typealias Buffer = @convention(c) (OpaquePointer) -> Int32
    private typealias Text = @convention(c) (OpaquePointer) -> UnsafePointer<CChar>?
    private typealias Flags = @convention(c) (OpaquePointer, UInt32) -> Void
    private typealias Run = @convention(c) (OpaquePointer, UnsafePointer<CChar>) -> Int32

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let context: OpaquePointer
    private let free: Free
    private let run: Run
    private let error: Text
    private let output: Text

    /// `NFT_CTX_OUTPUT_TERSE`: sets without their elements.
    private static let terse: UInt32 = 1 << 11

    init() throws {
        guard let library = dlopen("libnftables.so.1", RTLD_NOW) else {
            throw Failure(description: "libnftables.so.1 cannot be loaded: install nftables")
        }
        func symbol<Function>(_ name: String, _ type: Function.Type) throws -> Function {
            guard let pointer = dlsym(library, name) else { throw Failure(description: "libnftables has no \(name)") }
            return unsafeBitCast(pointer, to: type)
        }
        guard let context = try symbol("nft_ctx_new", New.self)(0) else {
            throw Failure(description: "libnftables gives no context")
        }
        self.context = context
        free = try symbol("nft_ctx_free", Free.self)
        run = try symbol("nft_run_cmd_from_buffer", Run.self)
        error = try symbol("nft_ctx_get_error_buffer", Text.self)
        output = try symbol("nft_ctx_get_output_buffer", Text.self)
        try symbol("nft_ctx_output_set_flags", Flags.self)(context, Self.terse)
        _ = try symbol("nft_ctx_buffer_error", Buffer.self)(context)
        _ = try symbol("nft_ctx_buffer_output", Buffer.self)(context)
    }

    deinit { free(context) }

    /// A table of the family inet, as `nft -t list table` shows it; empty if there is none.
    func list(_ table: String) -> String {
        guard run(context, "list table inet \(table)") == 0 else { return "" }
        return output(context).map { String(cString: $0) } ?? ""
    }

    /// Runs commands as one transaction.
    func apply(_ commands: String) throws {
        guard run(context, commands) == 0 else {
            let text = error(context).map { String(cString: $0) } ?? ""
            throw Failure(description: "nftables refused: \(text.prefix(500))")
        }
    }
}
