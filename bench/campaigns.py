"""What campaigns take: accounts that post the same text, which a coordinator sees."""

import random
import re
from collections import Counter

from coordinated import Coordinated, unlike
from redis_link import KEY, record

ACCOUNTS = 3  # so many newcomers make a campaign
FAMILIES = {  # of keys, by what they are about
    "its texts": r":t:#", "incidents, its own and its accounts'": r":(incident:|open:|cards|incidents|pending)",
    "users and addresses": r":[swduxai]:", "timelines": r":e:#", "alerts of it": r":alerts:log",
}


def campaign_memory(report, count):
    """Adds what each of so many open campaigns takes, by kinds of keys."""
    words = random.Random(7)
    texts = [unlike(words) for _ in range(count)]
    posts = [("kind", "content", "user", f"c{n}-{account}", "ip", f"10.{account}.{n >> 8}.{n & 255}", "text", text)
             for account in range(ACCOUNTS) for n, text in enumerate(texts)]
    with Coordinated() as site:
        client = site.client
        before = client.info("memory")["used_memory"]
        site.link.send([[[record(*fields)]] for fields in posts])
        site.drain()
        open_ones = sum(1 for _ in client.scan_iter(f"{KEY}:open:campaign:*", count=10_000))
        report.add("open campaigns", open_ones, f"of {count}, {ACCOUNTS} accounts each")
        if not open_ones:
            return
        grown = client.info("memory")["used_memory"] - before - (client.memory_usage(f"{KEY}:events", samples=0) or 0)
        report.add("an open campaign, all of it", grown / open_ones, "bytes")
        sizes = Counter()
        for key in client.scan_iter(count=10_000):
            name = key.decode(errors="replace")
            family = next((family for family, form in FAMILIES.items() if re.search(form, name)), "all else")
            if not key.endswith(b":events"):
                sizes[family] += client.memory_usage(key, samples=0) or 0
        for name, size in sizes.items():
            report.add(f"an open campaign, {name}", size / open_ones, "bytes")
