/// Paths to which web applications post names and passwords, for access logs, which do not say what a request was for.
///
/// The usual words of the field as last part of the path, and the pages of applications that log in elsewhere. An
/// application with another login reports its logins itself.
enum LoginPath {
    /// Last parts of a path, without an ending such as `.php`.
    private static let names: Set<String> = [
        "login", "log-in", "log_in", "signin", "sign-in", "sign_in", "logon", "wp-login", "user-login", "userlogin",
        "admin-login", "adminlogin", "admin_login", "dologin", "authenticate", "auth", "sessions", "token",
    ]
    /// Whole ends of a path.
    private static let ends = [
        "/administrator/index.php", "/administrator", "/administrator/", "/j_security_check", "/owa/auth.owa",
        "/phpmyadmin/index.php", "/pma/index.php", "/admin/index.php", "/adminer.php",
    ]
    private static let endings = ["php", "asp", "aspx", "jsp", "do", "cgi", "html", "action"]

    static func matches(_ path: ArraySlice<UInt8>) -> Bool {
        let text = String(decoding: path, as: UTF8.self).lowercased()
        if ends.contains(where: text.hasSuffix) { return true }
        let last = text.split(separator: "/").last ?? ""
        if names.contains(String(last)) { return true }
        let parts = last.split(separator: ".", maxSplits: 1)
        return parts.count == 2 && endings.contains(String(parts[1])) && names.contains(String(parts[0]))
    }
}
