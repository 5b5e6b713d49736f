"""/metrics of a running daemon: what Prometheus' own checker says of it, and whether it tells what happened."""

import re
import shutil
import subprocess
import time
import unittest

from daemon import Daemon


class Metrics(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon()
        cls.addClassCleanup(cls.daemon.stop)
        for number in range(12):
            cls.daemon.ask("/v1/events", b'{"kind":"message","user":"mallory7","ip":"192.0.2.1","text":"%d"}' % number)
        deadline = time.monotonic() + 30
        while True:
            cls.text = cls.daemon.ask("/metrics")[1]
            found = re.search(r'^sentinel_incidents_total\{rule="rate_limit_hit".*\} 1$', cls.text, re.M)
            if found and "sentinel_events_total 12\n" in cls.text:
                return
            if time.monotonic() > deadline:
                raise AssertionError(cls.text)
            time.sleep(0.05)

    def test_promtool_finds_nothing(self):
        if not shutil.which("promtool"):
            raise unittest.SkipTest("no promtool: the Debian package prometheus has it")
        run = subprocess.run(["promtool", "check", "metrics"], input=self.text, capture_output=True, text=True,
                             check=False)
        self.assertEqual((run.returncode, run.stdout + run.stderr), (0, ""))

    def test_what_happened_is_there(self):
        for line in [
            'sentinel_verdicts_total{verdict="allow",rule=""} 10',
            'sentinel_verdicts_total{verdict="limit",rule="rate_limit_hit"} 2',
            'sentinel_http_verdicts_total{verdict="allow",rule=""} 10',
            'sentinel_http_verdicts_total{verdict="limit",rule="rate_limit_hit"} 2',
            'sentinel_incidents_total{rule="rate_limit_hit",severity="medium",mode="enforce"} 1',
            'sentinel_alert_deliveries_total{outcome="delivered"} 0', "sentinel_redis_up 1",
            "sentinel_detector_events_total 12",
        ]:
            self.assertIn("\n" + line + "\n", "\n" + self.text)
        for client in ("api", "coordinator", "courier"):
            self.assertIn(f'sentinel_redis_request_duration_seconds_count{{client="{client}"}} ', self.text)

    def test_nothing_that_somebody_sent_is_a_label(self):
        self.assertNotIn("mallory7", self.text)
        self.assertNotIn("192.0.2", self.text)
        # Series grow with rules, not with users: a day of all rules stays below a few hundred.
        self.assertLess(len([line for line in self.text.splitlines() if line[0] != "#"]), 200)


if __name__ == "__main__":
    unittest.main()
