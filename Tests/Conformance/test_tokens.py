"""Tokens of the HTTP API: what is kept of them, and what the audit log gets to know."""

import json
import unittest

from support import KEY, LibraryTest

NOW = 1_900_000_000_000
HASH = "ab" * 32


class Tokens(LibraryTest):
    def add(self, id="token001", **more):
        fields = {"id": id, "role": "staff", "hash": HASH, "name": "ada", "at": NOW, **more}
        return self.call("sentinel_token_add", *[each for pair in fields.items() for each in pair])

    def audit(self):
        return [{k.decode(): v.decode() for k, v in fields.items()}
                for _, fields in self.redis.xrange(KEY + ":audit")]

    def test_a_token_is_kept_with_its_hash_and_its_end(self):
        self.assertEqual(self.add(duration=1000, by="admin:root"), {"id": "token001", "until": str(NOW + 1000)})
        self.assertEqual(json.loads(self.redis.hget(KEY + ":tokens", "token001")),
                         {"role": "staff", "name": "ada", "by": "admin:root", "created": NOW, "until": NOW + 1000,
                          "hash": HASH})
        self.assertEqual(self.add("token002"), {"id": "token002", "until": "never"})

    def test_the_audit_log_has_everything_but_the_hash(self):
        self.add()
        self.assertEqual(self.call("sentinel_token_remove", "id", "token001", "note", "left", "at", NOW), {"removed": 1})
        self.assertEqual(self.call("sentinel_token_remove", "id", "token001", "at", NOW), {"removed": 0})
        added, removed = self.audit()
        self.assertEqual([added["what"], removed["what"]], ["token_add", "token_remove"])
        self.assertEqual(added["subject"], "token:token001")
        self.assertEqual(json.loads(added["after"])["role"], "staff")
        self.assertEqual(removed["before"], added["after"])
        self.assertNotIn(HASH, str(self.audit()))
        self.assertEqual(self.redis.hlen(KEY + ":tokens"), 0)

    def test_an_id_is_used_once_and_a_thousand_are_enough(self):
        self.add()
        self.assertIn("is taken", self.fails("BADARG", "sentinel_token_add", "id", "token001", "role", "staff", "hash",
                                             HASH, "name", "x", "at", NOW))
        for n in range(2, 1001):
            self.add(f"token{n:03}")
        self.assertIn("no room", self.fails("BADARG", "sentinel_token_add", "id", "overflow", "role", "staff", "hash",
                                            HASH, "name", "x", "at", NOW))


if __name__ == "__main__":
    unittest.main()
