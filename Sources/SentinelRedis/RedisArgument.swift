/// Something that can stand in a command: text, bytes or a number. Always sent as a string of bytes, so it may hold anything.
package protocol RedisArgument {
    func write(to writer: inout RESPWriter)
}

extension String: RedisArgument {
    package func write(to writer: inout RESPWriter) { writer.bulk(utf8) }
}

extension Substring: RedisArgument {
    package func write(to writer: inout RESPWriter) { writer.bulk(utf8) }
}

extension [UInt8]: RedisArgument {
    package func write(to writer: inout RESPWriter) { writer.bulk(self) }
}

extension ArraySlice<UInt8>: RedisArgument {
    package func write(to writer: inout RESPWriter) { writer.bulk(self) }
}

extension Int: RedisArgument {
    package func write(to writer: inout RESPWriter) { writer.bulk(String(self).utf8) }
}

extension Int64: RedisArgument {
    package func write(to writer: inout RESPWriter) { writer.bulk(String(self).utf8) }
}

extension UInt64: RedisArgument {
    package func write(to writer: inout RESPWriter) { writer.bulk(String(self).utf8) }
}

/// In the shortest form that reads back as the same number.
extension Double: RedisArgument {
    package func write(to writer: inout RESPWriter) { writer.bulk(description.utf8) }
}
