import Testing

@testable import SentinelCore

struct SelectionTests {
    private func event(_ kind: String = "read", object: String? = nil, status: Int? = nil, user: String? = nil) -> Event
    {
        Event(
            kind: kind, user: user.map { Array($0.utf8) }, ip: Array("192.0.2.1".utf8),
            object: object.map { Array($0.utf8) }, status: status)
    }

    @Test func `without kinds and conditions every event is meant`() {
        #expect(Selection().matches(event()))
        #expect(!Selection(["login"]).matches(event()))
        #expect(Selection(["login", "read"]).matches(event()))
    }

    @Test func `every condition must be met, by any of its values`() {
        let selection = Selection(
            where: [
                .init(.status, [.range(404...404), .range(500...599)]),
                .init(.object, [.prefix("/a"), .suffix(".php")]),
            ])
        #expect(selection.matches(event(object: "/ab", status: 404)))
        #expect(selection.matches(event(object: "/x.php", status: 503)))
        #expect(!selection.matches(event(object: "/x.phpx", status: 404)))
        #expect(!selection.matches(event(object: "/ab", status: 403)))
        #expect(!selection.matches(event(object: "/ab")))
        #expect(!selection.matches(event(status: 404)))
    }

    @Test func `a value may be exact, and a number may be written as one`() {
        #expect(Selection(where: [.init(.user, [.exactly("ada")])]).matches(event(user: "ada")))
        #expect(!Selection(where: [.init(.user, [.exactly("ad")])]).matches(event(user: "ada")))
        #expect(Selection(where: [.init(.status, [.exactly("404")])]).matches(event(status: 404)))
        #expect(Selection(where: [.init(.object, [.prefix("")])]).matches(event(object: "/")))
    }

    @Test func `nobody who asks for a page of a usual site is taken for a scanner`() throws {
        let selection = try #require(Policy.accessLogs.rule("http_attack_paths")?.counted).of
        for path in [
            "/", "/index.php", "/wp-login.php", "/wp-admin/admin-ajax.php", "/wp-content/uploads/2020/01/a.jpg",
            "/favicon.ico", "/robots.txt", "/.well-known/acme-challenge/x", "/api/v1/users", "/login", "/feed/",
            "/environment", "/images/shells.png", "/backup", "/downloads/manual.zip", "/sitemap.xml", "/graphql",
            "/assets/..%20x.css",
        ] { #expect(!selection.matches(event(object: path)), "\(path)") }
        for path in ["/.env", "/shop/.env", "/.git/config", "/wp/wlwmanifest.xml", "/vendor/phpunit/x/eval-stdin.php"] {
            #expect(selection.matches(event(object: path)), "\(path)")
        }
    }
}
