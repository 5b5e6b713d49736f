import SentinelIO
import SentinelRedis
import Testing

struct RedisAddressTests {
    @Test(arguments: [
        ("redis://localhost", RedisAddress(endpoint: .tcp(host: "localhost", port: 6379))),
        ("redis://10.0.0.1:7000/3", RedisAddress(endpoint: .tcp(host: "10.0.0.1", port: 7000), database: 3)),
        ("redis://[::1]:7000/", RedisAddress(endpoint: .tcp(host: "::1", port: 7000))),
        ("redis://[::1]", RedisAddress(endpoint: .tcp(host: "::1", port: 6379))),
        ("redis://:secret@h", RedisAddress(endpoint: .tcp(host: "h", port: 6379), password: "secret")),
        (
            "redis://me:p%40ss%2F%3a@h:1/15",
            RedisAddress(endpoint: .tcp(host: "h", port: 1), username: "me", password: "p@ss/:", database: 15)
        ),
        (
            "redis://me:p@ss:word@h",
            RedisAddress(endpoint: .tcp(host: "h", port: 6379), username: "me", password: "p@ss:word")
        ),
        ("unix:///run/redis.sock", RedisAddress(endpoint: .unix(path: "/run/redis.sock"))),
        ("unix:///run/redis.sock?db=2", RedisAddress(endpoint: .unix(path: "/run/redis.sock"), database: 2)),
        ("unix:/run/my%20redis.sock", RedisAddress(endpoint: .unix(path: "/run/my redis.sock"))),
    ])
    func `an address in one of the known forms is read`(text: String, expected: RedisAddress) throws {
        #expect(try RedisAddress(parsing: text) == expected)
    }

    @Test(arguments: [
        ("", "scheme"), ("localhost:6379", "localhost"), ("http://h", "http"), ("redis:/h", "//"),
        ("redis://", "host"), ("redis://:6379", "host"), ("redis://h:", "port"), ("redis://h:0", "port"),
        ("redis://h:65536", "port"), ("redis://h:x", "port"), ("redis://::1", "host"), ("redis://a:b:c", "port"),
        ("redis://[::1", "["), ("redis://[::1]x", "port"), ("redis://h/x", "database"), ("redis://h/-1", "database"),
        ("redis://h/99999999999999999999", "database"), ("redis://h/0?x=1", "database"),
        ("redis://user@h", "user:password"), ("redis://:%zz@h", "password"), ("redis://:%ff@h", "password"),
        ("redis://:%4@h", "password"), ("redis://:%+5@h", "password"), ("unix://run/redis.sock", "path"),
        ("unix:", "path"),
        ("unix:/a?db=x", "database"), ("unix:/a?x=1", "db"), ("unix:/" + String(repeating: "x", count: 107), "107"),
        ("unix:/a%00b", "NUL"), ("redis://a%00b", "NUL"),
    ])
    func `an address that is none says what is wrong`(text: String, hint: String) {
        let error = #expect(throws: RedisError.self) { try RedisAddress(parsing: text) }
        #expect(error?.code == .badAddress)
        #expect(error?.message.contains(hint) == true, "\(error?.message ?? "")")
    }

    @Test(arguments: ["rediss://h", "redis+sentinel://h/name", "redis+cluster://h"])
    func `an address for later versions is refused as not yet supported`(text: String) {
        let error = #expect(throws: RedisError.self) { try RedisAddress(parsing: text) }
        #expect(error?.code == .notSupported)
    }

    @Test func `a description never shows the password`() throws {
        let address = try RedisAddress(parsing: "redis://me:secret@h:1/2")
        #expect("\(address)" == "redis://h:1/2")
        let error = #expect(throws: RedisError.self) { try RedisAddress(parsing: "redis://me:secret@h:x") }
        #expect(error?.description.contains("secret") == false)
        #expect("\(try RedisAddress(parsing: "unix:///a/b?db=7"))" == "unix:/a/b?db=7")
    }
}
