"""The list of incidents: each filter against the same filter in Python, and paging that misses and doubles nothing."""

import random
import unittest

from policies import DAY
from support import text
from test_raise import NOW, Raising

RULES = {"rate_limit_hit": ("spam", 2), "bot_behavior": ("automation", 3), "malicious_content": ("content", 4)}


class Incidents(Raising):
    def page(self, **fields):
        """Ids of a page, and the cursor."""
        reply = self.redis.execute_command("FCALL_RO", "sentinel_incidents", 1, "sentinel:{0}",
                                           *[each for pair in fields.items() for each in pair])
        reply = dict(zip(map(text, reply[::2]), reply[1::2]))
        rows = [dict(zip(map(text, row[::2]), map(text, row[1::2]))) for row in reply["incidents"]]
        return [row["id"] for row in rows], text(reply.get("cursor"))

    def all(self, cursor=None, **fields):
        found = []
        for _ in range(1000):
            ids, cursor = self.page(**fields, **({"cursor": cursor} if cursor else {}))
            found += ids
            if not cursor:
                return found
        self.fail("the list has no end")

    def fill(self, count, seed=7):
        """Raises incidents; returns them, in the order of the list."""
        chance, made = random.Random(seed), []
        for n in range(count):
            rule = chance.choice(sorted(RULES))
            at = NOW + chance.randrange(count // 4 + 1)  # so that many have the same time
            subject = f"user:u{n}"
            id = self.raise_(rule, subject=subject, at=at, description=f"Seen {chance.choice(['ABC', 'xyz'])} {n}")["incident"]
            made.append({"id": id, "rule": rule, "at": at, "subject": subject, "reviewed": False})
        return sorted(made, key=lambda each: (each["at"], each["id"]), reverse=True)

    def test_pages_of_every_size_come_to_the_whole_in_order(self):
        wanted = [each["id"] for each in self.fill(60)]
        for limit in (1, 7, 59, 60, 61, 500):
            for scan in (1, 9, 1000):
                self.assertEqual(self.all(limit=limit, scan=scan), wanted, (limit, scan))

    def test_each_filter_is_what_it_says(self):
        made = self.fill(60)
        reviewed = {each["id"] for each in made[::3]}
        self.call("sentinel_review", "incidents", ",".join(sorted(reviewed)), "as", "benign", "note", "A Load-Test")
        cases = [
            ({"rule": "bot_behavior"}, lambda i: i["rule"] == "bot_behavior"),
            ({"module": "content"}, lambda i: RULES[i["rule"]][0] == "content"),
            ({"severity": 3}, lambda i: RULES[i["rule"]][1] >= 3),
            ({"mode": "enforce"}, lambda i: True),
            ({"mode": "shadow"}, lambda i: False),
            ({"subject": "user:u5"}, lambda i: i["subject"] == "user:u5"),
            ({"since": NOW + 5}, lambda i: i["at"] >= NOW + 5),
            ({"until": NOW + 5}, lambda i: i["at"] < NOW + 5),
            ({"since": NOW + 3, "until": NOW + 6}, lambda i: NOW + 3 <= i["at"] < NOW + 6),
            ({"reviewed": 0}, lambda i: i["id"] not in reviewed),
            ({"reviewed": 1}, lambda i: i["id"] in reviewed),
            ({"disposition": "benign"}, lambda i: i["id"] in reviewed),
            ({"disposition": "confirmed"}, lambda i: False),
            ({"text": "LOAD-test"}, lambda i: i["id"] in reviewed),
            ({"text": "USER:U5"}, lambda i: i["subject"].startswith("user:u5")),
            ({"text": "%d+"}, lambda i: False),
            ({"severity": 2, "reviewed": 0, "rule": "rate_limit_hit"},
             lambda i: i["rule"] == "rate_limit_hit" and i["id"] not in reviewed),
        ]
        for fields, test in cases:
            wanted = [each["id"] for each in made if test(each)]
            self.assertEqual(self.all(limit=4, scan=10, **fields), wanted, fields)

    def test_incidents_of_an_older_library_are_found_as_well(self):
        made = self.fill(20)
        self.call("sentinel_review", "incidents", made[2]["id"], "as", "benign", "note", "odd one")
        self.redis.delete("sentinel:{0}:cards")
        self.assertEqual(self.all(text="ODD"), [made[2]["id"]])
        self.assertEqual(self.all(reviewed=0), [each["id"] for each in made if each is not made[2]])

    def test_what_grows_keeps_its_review(self):
        made = self.fill(5)
        self.call("sentinel_review", "incidents", made[2]["id"], "as", "confirmed", "note", "odd one")
        self.raise_(made[2]["rule"], subject=made[2]["subject"], at=NOW + 99, description="now\nworse")
        for fields in ({"text": "odd one"}, {"text": "now worse"}, {"disposition": "confirmed"}, {"reviewed": 1}):
            self.assertEqual(self.all(**fields), [made[2]["id"]], fields)

    def test_what_is_over_leaves_nothing_behind(self):
        self.fill(70)
        for n in range(2):
            self.raise_("bot_behavior", subject=f"user:late{n}", at=NOW + 40 * DAY)
        self.assertEqual(self.redis.hlen("sentinel:{0}:cards"), 2)
        self.assertEqual(self.redis.zcard("sentinel:{0}:incidents"), 2)

    def test_reviewing_a_page_does_not_disturb_the_next(self):
        wanted = [each["id"] for each in self.fill(40)]
        found, cursor = [], None
        while True:
            ids, cursor = self.page(limit=6, reviewed=0, **({"cursor": cursor} if cursor else {}))
            found += ids
            if ids:
                self.call("sentinel_review", "incidents", ",".join(ids), "as", "confirmed")
            if not cursor:
                break
        self.assertEqual(found, wanted)

    def test_one_that_grows_while_others_are_paged_is_not_seen_twice(self):
        made = self.fill(30)
        first, cursor = self.page(limit=10)
        moved = made[20]
        self.raise_(moved["rule"], subject=moved["subject"], at=NOW + 1000)
        known = made[9]  # the one that the cursor names
        self.raise_(known["rule"], subject=known["subject"], at=NOW + 1001)
        rest = self.all(limit=10, cursor=cursor)
        self.assertEqual(first + rest, [each["id"] for each in made if each is not moved])

    def test_an_incident_that_is_gone_is_left_out(self):
        made = self.fill(10)
        self.redis.delete("sentinel:{0}:incident:" + made[3]["id"])
        self.assertEqual(self.all(limit=2), [each["id"] for each in made if each is not made[3]])


if __name__ == "__main__":
    unittest.main()
