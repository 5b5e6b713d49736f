/// Paths that only scanners ask for: secrets, consoles, installers and back doors that no page links to.
///
/// Written from what these things are called by those who make them, not from any log. A site that has one of them, and
/// people who use it, leaves it out.
enum HTTPProbes {
    /// What the rule `http_attack_paths` counts.
    static let paths: [Selection.Value] =
        [
            // Secrets and copies
            "/.env", "/.env.bak", "/.env.local", "/.env.production", "/.git/config", "/.git/HEAD", "/.svn/entries",
            "/.svn/wc.db", "/.hg/hgrc", "/.DS_Store", "/.htpasswd", "/.aws/credentials", "/.ssh/id_rsa", "/.npmrc",
            "/.bash_history", "/id_rsa", "/wp-config.php", "/wp-config.php.bak", "/wp-config.php~", "/wp-config.old",
            "/wp-config.txt", "/configuration.php.bak", "/config.php.bak", "/web.config.bak", "/dump.sql",
            "/backup.sql",
            "/database.sql", "/db.sql", "/backup.zip", "/www.zip", "/etc/passwd", "/etc/shadow", "/proc/self/environ",
            "/win.ini",
            // Consoles and what tells of the inside
            "/phpinfo.php", "/adminer.php", "/phpmyadmin/scripts/setup.php", "/pma/scripts/setup.php", "/server-status",
            "/actuator/env", "/actuator/heapdump", "/actuator/gateway/routes", "/telescope/requests",
            "/_profiler/phpinfo", "/_ignition/execute-solution", "/debug/default/view", "/manager/html",
            "/jmx-console", "/jmx-console/", "/invoker/JMXInvokerServlet",
            "/solr/admin/info/system", "/console/login/LoginForm.jsp", "/_cat/indices", "/druid/index.html",
            // Installers
            "/wp-admin/setup-config.php", "/wp-admin/install.php", "/installation/index.php", "/setup/index.php",
            // What finds out whether WordPress or Joomla is there
            "/wlwmanifest.xml", "/administrator/manifests/files/joomla.xml", "/language/en-GB/en-GB.xml",
            // Holes and back doors
            "/eval-stdin.php", "/uploadify.php", "/server/php/", "/server/php/index.php",
            "/elfinder.php",
            "/connector.minimal.php", "/kcfinder/upload.php", "/fckeditor/editor/", "/timthumb.php",
            "/wso.php", "/c99.php", "/r57.php", "/alfa.php", "/alfacgiapi/perl.alfa", "/shell.php", "/up.php",
            "/cmd.php",
            "/webshell.php", "/b374k.php", "/wp-info.php", "/xleet.php", "/lufix.php",
            "/thinkphp/index.php",
            // Routers and cameras
            "/boaform/admin/formLogin", "/boaform/admin/formPing", "/HNAP1", "/HNAP1/", "/setup.cgi",
            "/GponForm/diag_Form",
            "/cgi-bin/luci", "/cgi-bin/luci/", "/goform/webLogin", "/tmUnblock.cgi", "/shell",
            "/ISAPI/Security/users", "/currentsetting.htm",
            // Servers of others
            "/owa/auth/x.js", "/ecp/Current/exporttool/",
            "/remote/fgt_lang", "/dana-na/auth/url_default/welcome.cgi", "/vpn/../vpns/cfg/smb.conf",
            "/+CSCOE+/logon.html",
            "/nmaplowercheck", "/sitecore/shell/sitecore.version.xml",
        ].map { .suffix($0) }
        + [
            "/.git/", "/.aws/", "/.ssh/", "/cgi-bin/.", "/..", "/%2e", "/%2E", "/vendor/phpunit/", "/_ignition/",
            "/actuator/gateway", "/w00tw00t", "/muieblackcat", "/nmaplowercheck", "http://",
        ].map { .prefix($0) }

    /// Pages with a form for name and password, of usual applications: they answer a wrong password with the page.
    static let loginPages: [Selection.Value] = [
        "/wp-login.php", "/login.php", "/signin.php", "/logon.php", "/administrator/index.php",
        "/administrator/", "/administrator", "/admin/login", "/admin/login/", "/user/login",
        "/users/sign_in", "/accounts/login/", "/login.aspx", "/Login.aspx", "/login.asp",
        "/login.jsp", "/login.do", "/login.cgi", "/j_security_check", "/ucp.php", "/owa/auth.owa",
    ].map { .suffix($0) }

    /// Services that answer a wrong password with a status of 4xx.
    static let loginServices: [Selection.Value] = [
        "/login", "/log-in", "/signin", "/sign-in", "/auth", "/auth/login", "/authenticate", "/session", "/sessions",
        "/token", "/oauth/token", "/connect/token",
    ].map { .suffix($0) }
}
