"""The Redis users of `sentinel acl` on a real server: each can do what it must, and nothing of the rest."""

import os
import subprocess
import unittest

import redis as driver

from support_edge import KEY, EdgeTest, binary, wait_until

PASSWORD = "s3cret"


class Users(EdgeTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        text = subprocess.run([binary(), "acl", "--password", PASSWORD], check=True, capture_output=True, text=True).stdout
        cls.lines = text.splitlines()
        for line in cls.lines:
            cls.redis.client.execute_command("ACL", "SETUSER", *line.split()[1:])

    def user(self, name):
        client = driver.Redis(unix_socket_path=self.redis.socket, username=f"sentinel-{name}", password=PASSWORD)
        self.addCleanup(client.close)
        return client

    def url(self, name):
        return ["--redis", f"redis://sentinel-{name}:{PASSWORD}@127.0.0.1:{self.port()}"]

    @classmethod
    def port(cls):
        if not hasattr(cls, "listening"):
            from support_edge import free_port
            cls.listening = free_port()
            cls.redis.client.config_set("port", cls.listening)
        return cls.listening

    def sentinel(self, name, *words):
        return subprocess.run([binary(), *words, *self.url(name)], capture_output=True, text=True, timeout=30)

    def refused(self, name, *command):
        with self.assertRaises(driver.exceptions.ResponseError, msg=command) as caught:
            self.user(name).execute_command(*command)
        self.assertRegex(str(caught.exception), "(?i)permission|can't (access|run)", command)

    EVERYBODY_REFUSED = [
        ("FLUSHALL",), ("CONFIG", "SET", "maxmemory", "1"), ("SHUTDOWN",), ("ACL", "LIST"), ("KEYS", "*"), 
        ("EVAL", "return 1", "0"), ("SET", "foreign", "1"), ("GET", "foreign"), ("MONITOR",), ("REPLICAOF", "NO", "ONE"),
        ("FUNCTION", "FLUSH"), ("FUNCTION", "DELETE", "sentinel"), ("PUBLISH", "foreign", "x"), ("MODULE", "LIST"),
    ]

    def test_they_are_off_without_a_password(self):
        lines = subprocess.run([binary(), "acl"], check=True, capture_output=True, text=True).stdout.splitlines()
        self.assertEqual([line.split()[1:3] for line in lines],
                         [[f"sentinel-{name}", "off"] for name in ("app", "edge", "subscriber", "coordinator", "admin")])

    def test_nobody_gets_beyond_the_namespace(self):
        for name in ("app", "edge", "subscriber", "coordinator", "admin"):
            self.assertTrue(self.user(name).ping())
            for command in self.EVERYBODY_REFUSED:
                self.refused(name, *command)

    def test_an_app_records_and_checks_and_no_more(self):
        app = self.user("app")
        self.block("user:blocked")
        for number in range(40):
            for fields in (("kind", "message", "user", "ada", "ip", "203.0.113.7", "text", "hi", "id", str(number)),
                           ("kind", "content", "user", f"u{number}", "ip", "2001:db8::7", "text", "hi"),
                           ("kind", "read", "user", "ada", "ip", f"203.0.113.{number}", "object", str(number)),
                           ("kind", "signup", "user", f"n{number}", "ip", "203.0.113.7", "email", "a@b.example"),
                           ("kind", "message", "user", "eve", "ip", "203.0.113.9", "tokens", "900"),
                           ("kind", "message", "user", "blocked")):
                app.execute_command("FCALL", "sentinel_record", 1, KEY, *fields)
        app.execute_command("FCALL_RO", "sentinel_check", 1, KEY, "user", "ada", "kind", "message")
        app.execute_command("FCALL", "sentinel_report", 1, KEY, "type", "malicious_content", "user", "ada")
        app.execute_command("FCALL_RO", "sentinel_info", 1, KEY)
        for call in (("sentinel_block", "subject", "user:x"), ("sentinel_unblock", "subject", "user:blocked"),
                     ("sentinel_allow", "subject", "user:x"), ("sentinel_raise", "rule", "duplicate_content", "subject",
                                                               "user:x", "event", "1-1", "at", "1")):
            self.refused("app", "FCALL", call[0], 1, KEY, *call[1:])
        for command in (("SET", "sentinel:block:user:x", "{}"), ("DEL", "sentinel:block:user:blocked"),
                        ("ZREM", KEY + ":blocks", "user:blocked"), ("XRANGE", "sentinel:alerts:log", "-", "+"),
                        ("HGETALL", KEY + ":tokens"), ("PUBLISH", "sentinel:alerts", "{}"), ("GET", KEY + ":lease"),
                        ("HDEL", KEY + ":block", "user:blocked"), ("SET", KEY + ":clock", "replay")):
            self.refused("app", *command)
        self.assertEqual(self.redis.client.exists("sentinel:block:user:blocked"), 1)

    def test_an_edge_reads_keys_and_follows_and_no_more(self):
        self.block("ip:203.0.113.7")
        edge = self.user("edge")
        self.assertEqual(edge.exists("sentinel:block:ip:203.0.113.7", "sentinel:allow:ip:203.0.113.7"), 1)
        self.assertIsNotNone(edge.mget("sentinel:block:ip:203.0.113.7", "sentinel:block:net:203.0.113.0/24")[0])
        subscription = edge.pubsub()
        subscription.subscribe("sentinel:blocks")
        wait_until(lambda: subscription.get_message(timeout=1), "subscribed")
        self.assertTrue(edge.xrange("sentinel:blocks:log"))
        self.assertTrue(edge.hscan(KEY + ":block")[1])
        edge.hset(KEY + ":edges", "e", "1 1 nft")
        for command in (("SET", "sentinel:block:ip:203.0.113.8", "{}"), ("DEL", "sentinel:block:ip:203.0.113.7"),
                        ("HSET", KEY + ":block", "a", "b"), ("SUBSCRIBE", "sentinel:alerts"), ("XLEN", KEY + ":events"),
                        ("HGETALL", KEY + ":tokens"), ("FCALL", "sentinel_info", 1, KEY), ("XADD", "sentinel:blocks:log", "*", "a", "b"),
                        ("PSUBSCRIBE", "*")):
            self.refused("edge", *command)

    def test_a_subscriber_follows_alerts_and_no_more(self):
        subscriber = self.user("subscriber")
        self.assertEqual(subscriber.xlen("sentinel:alerts:log"), 0)
        follower = subprocess.Popen([binary(), "watch", "--limit", "1", "-o", "json", *self.url("subscriber")],
                                    stdout=subprocess.PIPE, text=True)
        self.addCleanup(follower.wait)
        self.addCleanup(follower.kill)
        self.addCleanup(follower.stdout.close)
        wait_until(lambda: self.redis.client.pubsub_numsub("sentinel:alerts")[0][1] == 1, "watch listens")
        self.call("sentinel_raise", "rule", "duplicate_content", "subject", "user:x", "event", "1-1", "at", "1")
        self.assertIn("user:x", follower.stdout.readline())
        for command in (("SUBSCRIBE", "sentinel:blocks"), ("EXISTS", "sentinel:block:user:x"), ("XTRIM", "sentinel:alerts:log",
                        "MAXLEN", 0), ("FCALL", "sentinel_info", 1, KEY), ("XRANGE", KEY + ":audit", "-", "+")):
            self.refused("subscriber", *command)

    def test_the_coordinator_works(self):
        name = "coordinator"
        process = subprocess.Popen([binary(), "run", *self.url(name), "--listen", "127.0.0.1:0"],
                                   stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)
        lines = []
        while "at work" not in "".join(lines):
            line = process.stderr.readline()
            self.assertTrue(line, lines)
            lines.append(line)
        for number in range(25):
            self.redis.client.execute_command("FCALL", "sentinel_record", 1, KEY, "kind", "content", "user", "mallory", "ip",
                                              "203.0.113.77", "text", f"buy {number}")
        wait_until(lambda: self.redis.client.zcard(KEY + ":incidents") > 0, "an incident is raised")
        self.assertEqual([line for line in lines if "error" in line], [])
        port = next(line.rsplit(":", 1)[1] for line in lines if "HTTP API" in line)
        from support_edge import ask
        wait_until(lambda: ask(int(port), path="/v1/authz").headers["X-Sentinel-Mirror-Age"] != "unknown", "the mirror")
        self.assertEqual(ask(int(port), path="/metrics").status, 200)

    def test_an_admin_does_all_of_sentinel(self):
        for words in (["block", "add", "user:a", "--note", "x"], ["block", "ls"], ["block", "rm", "user:a"],
                      ["allow", "add", "user:b"], ["allow", "ls"], ["allow", "rm", "user:b"], ["stats"], ["incident", "ls"],
                      ["summary", "user:a"], ["audit", "ls"], ["audit", "verify"], ["policy", "show"], ["policy", "apply", "--default"],
                      ["token", "add", "--role", "staff", "--name", "t"], ["token", "ls"], ["edge", "ls"], ["explain", "user:a"],
                      ["record", "content", "--user", "ada", "--text", "hello"]):
            done = self.sentinel("admin", *words)
            # 4: nothing is known of somebody who did nothing.
            self.assertIn(done.returncode, (0, 4) if words[0] in ("summary", "explain") else (0,), (words, done.stdout, done.stderr))
        for token in self.redis.client.hkeys(KEY + ":tokens"):
            self.sentinel("admin", "token", "rm", token.decode())


if __name__ == "__main__":
    unittest.main()
