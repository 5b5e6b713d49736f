"""The contract from clients that know nothing of Sentinel: redis-cli and redis-py."""

import json
import subprocess
import unittest

from support import KEY, LibraryTest, binary, chunk, library, lua_files, ROOT


class Clients(LibraryTest):
    replay = False

    def cli(self, *arguments):
        run = subprocess.run(["redis-cli", "-s", self.server.socket, *arguments], capture_output=True, text=True, check=True)
        return run.stdout.splitlines()

    def test_redis_cli_records_until_the_limit(self):
        call = ["FCALL", "sentinel_record", "1", KEY, "kind", "content", "user", "cli", "ip", "203.0.113.7", "text", "hi there"]
        self.assertEqual(self.cli(*call), ["verdict", "allow", "rule", "rapid_content_creation", "limit", "20",
                                           "remaining", "19"])
        for _ in range(19):
            self.cli(*call)
        refused = self.cli(*call)
        self.assertEqual(refused[:8], ["verdict", "limit", "rule", "rapid_content_creation", "limit", "20", "remaining", "0"])
        self.assertTrue(3_500_000 < int(refused[9]) <= 3_600_000)
        self.assertEqual(refused[10:], ["flags", "rapid_content_creation"])
        checked = self.cli("FCALL_RO", "sentinel_check", *call[2:])
        self.assertEqual(checked[10], "reset_after_ms")
        self.assertEqual(checked[:9] + checked[12:], refused[:9] + refused[10:])
        self.assertLessEqual(int(checked[9]), int(refused[9]))

    def test_redis_cli_shows_an_error_that_helps(self):
        self.assertIn("unknown field 'usr' (known: ", self.cli("FCALL", "sentinel_record", "1", KEY, "kind", "content", "usr",
                                                              "x")[0])

    def test_an_edge_sees_the_block_key_with_its_time_to_live(self):
        self.cli("FCALL", "sentinel_block", "1", KEY, "subject", "ip:203.0.113.7", "duration", "60000")
        self.assertEqual(self.cli("EXISTS", "sentinel:block:ip:203.0.113.7"), ["1"])
        self.assertTrue(55_000 < int(self.cli("PTTL", "sentinel:block:ip:203.0.113.7")[0]) <= 60_000)
        self.cli("FCALL", "sentinel_unblock", "1", KEY, "subject", "ip:203.0.113.7")
        self.assertEqual(self.cli("EXISTS", "sentinel:block:ip:203.0.113.7"), ["0"])

    def test_redis_py_records_checks_and_hears_alerts(self):
        listener = self.redis.pubsub(ignore_subscribe_messages=True)
        self.addCleanup(listener.close)
        listener.subscribe("sentinel:alerts")
        listener.get_message(timeout=1)
        self.assertEqual(self.redis.fcall("sentinel_record", 1, KEY, "kind", "message", "user", "py", "tokens", 12),
                         [b"verdict", b"allow", b"rule", b"rate_limit_hit", b"limit", 10, b"remaining", 9])
        self.assertEqual(self.redis.fcall_ro("sentinel_check", 1, KEY, "kind", "message", "user", "py")[:8],
                         [b"verdict", b"allow", b"rule", b"rate_limit_hit", b"limit", 10, b"remaining", 9])
        now = self.redis.time()[0] * 1000
        self.redis.fcall("sentinel_raise", 1, KEY, "rule", "malicious_content", "subject", "user:py", "event", "1-0", "at", now)
        alert = json.loads(listener.get_message(timeout=5)["data"])
        self.assertEqual((alert["rule"], alert["subject"], alert["block"]["until"]),
                         ("malicious_content", "user:py", now + 86_400_000))
        verdict = self.call("sentinel_check", "user", "py")
        self.assertEqual((verdict["verdict"], verdict["reason"]), ("block", "MALICIOUS_CONTENT"))

    def test_a_report_is_taken_once(self):
        call = ["sentinel_report", "type", "off_topic_spam", "user", "r", "severity", "high", "context", '{"a": 1}', "id", "r1"]
        first = self.call(*call)
        self.assertEqual(self.call(*call), first)
        self.assertEqual(self.redis.xlen(KEY + ":events"), 1)
        self.assertEqual(self.redis.xrange(KEY + ":events")[0][1], {
            b"kind": b"report", b"type": b"off_topic_spam", b"user": b"r", b"severity": b"high", b"context": b'{"a": 1}'})

    def test_functions_that_only_read_are_marked_so(self):
        flags = {each[1]: each[5] for each in self.redis.execute_command("FUNCTION", "LIST")[0][5]}
        self.assertEqual({name for name, each in flags.items() if b"no-writes" in each}, {
            b"sentinel_check", b"sentinel_incidents", b"sentinel_info"})

    def test_the_library_survives_a_restart_of_the_scripts(self):
        self.record(kind="content", user="x")
        self.redis.execute_command("SCRIPT", "FLUSH")
        self.server.load(self.policy)
        self.assertEqual(self.record(kind="content", user="x")["remaining"], 18)

    def test_partitions_and_namespaces_share_nothing(self):
        for n in range(200):
            self.assertEqual(self.call("sentinel_record", "kind", "content", "user", "p", key=f"ns{n % 2}:{{{n // 2}}}")
                             ["remaining"], 19)
        self.assertEqual(len({key.partition(b"}")[0] for key in self.redis.keys("*")}), 200)


class TheProgram(unittest.TestCase):
    def test_the_program_carries_the_files_of_the_repository(self):
        """A change in lua/ without a build; set SENTINEL_BINARY to the one just built."""
        self.assertEqual(sorted(lua_files()), sorted(each.name for each in (ROOT / "lua").glob("*.lua")))
        if chunk() != library():
            self.skipTest(f"{binary()} was built from other Lua than lua/ holds")


if __name__ == "__main__":
    unittest.main()
