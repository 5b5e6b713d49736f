import Testing

@testable import SentinelCore

struct LoginPathTests {
    @Test(arguments: [
        "/login", "/wp-login.php", "/blog/wp-login.php", "/administrator/index.php", "//administrator/index.php",
        "/api/v1/auth/login", "/users/sign_in", "/Account/Login.aspx", "/oauth/token", "/j_security_check", "/login/",
    ])
    func `paths of logins are known`(_ path: String) {
        #expect(LoginPath.matches(Array(path.utf8)[...]))
    }

    @Test(arguments: [
        "", "/", "/post", "/login-help", "/blog/how-to-login.html", "/index.php", "/xmlrpc.php", "/tokens.php.bak",
        "/authors", "/comments",
    ])
    func `other paths are not`(_ path: String) {
        #expect(!LoginPath.matches(Array(path.utf8)[...]))
    }

    @Test func `a post to a login is a login, reading its page is not`() throws {
        func kind(_ request: String) throws -> String {
            try AccessLogDecoder.event(
                Array("192.0.2.1 - - [10/Oct/2000:13:55:36 -0700] \"\(request) HTTP/1.1\" 200 1".utf8)[...]
            ).kind
        }
        #expect(try kind("POST /wp-login.php?x=1") == "login")
        #expect(try kind("GET /wp-login.php") == "read")
        #expect(try kind("POST /comment") == "content")
    }
}
