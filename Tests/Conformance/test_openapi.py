"""The API does what its description says: schemathesis makes requests from /openapi.json and checks the answers.

The program is SENTINEL_SCHEMATHESIS, or what `make test` puts into .build/python. Left out are `GET /v1/alerts` and
`GET /v1/blocks/stream`, whose answers have no end (tests over sockets have them), `POST /v1/webhooks`, which would
send alerts to made-up addresses (`test_courier.py` has it), and `DELETE /v1/tokens/{id}`, which would take away the token
that is asked with (tests over sockets have it).
"""

import os
import pathlib
import subprocess
import tempfile
import unittest

from daemon import Daemon
from support import ROOT

SECONDS = int(os.environ.get("SENTINEL_SCHEMATHESIS_SECONDS", "25"))


def program():
    path = pathlib.Path(os.environ.get("SENTINEL_SCHEMATHESIS", ROOT / ".build/python/bin/schemathesis"))
    if not path.is_file():
        raise unittest.SkipTest("no schemathesis: `make test` installs it")
    return str(path)


class OpenAPI(unittest.TestCase):
    def test_schemathesis_finds_no_disagreement(self):
        schemathesis = program()
        daemon = Daemon()
        self.addCleanup(daemon.stop)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        for number, kind in enumerate(["signup", "message", "content"]):
            daemon.ask("/v1/events", b'{"kind":"%s","user":"ada","ip":"192.0.2.%d"}' % (kind.encode(), number))
        # Another policy changes what the other routes take, so the route that puts it in force comes last.
        others = ["--exclude-path", "/v1/alerts", "--exclude-path", "/v1/blocks/stream",
                  "--exclude-operation-id", "put_v1_policy",
                  "--exclude-operation-id", "post_v1_webhooks", "--exclude-operation-id", "delete_v1_tokens_id"]
        for selection, seconds in ((others, SECONDS), (["--include-operation-id", "put_v1_policy"], SECONDS // 5)):
            run = subprocess.run(
                [schemathesis, "--config-file", str(ROOT / "Tests/Conformance/schemathesis.toml"), "run",
                 daemon.url + "/openapi.json", "--header", "Authorization: Bearer " + daemon.token, *selection,
                 "--checks", "all", "--max-time", str(seconds), "--seed", "1", "--request-timeout", "10",
                 "--continue-on-failure", "--no-color"],
                cwd=folder.name, capture_output=True, text=True, timeout=seconds + 60, check=False)
            self.assertEqual(run.returncode, 0, run.stdout[-8000:] + run.stderr[-2000:])


if __name__ == "__main__":
    unittest.main()
