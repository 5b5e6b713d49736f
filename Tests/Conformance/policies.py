"""Policies for tests: what a rule watches, as data, and the POLICY table that the library reads, from that data.

`STANDARD` repeats the built-in figures by hand. Tests that use another policy make its table by `lua`.
"""

import ipaddress

HOUR, DAY = 3_600_000, 86_400_000


class Rule:
    """`young`: (age, limit), the youngest first; `by_kind`: kind -> limit; `where`: conditions, in Lua, beside a function
    `selects` of the same meaning; `sums`: True for tokens, or the name of a field."""

    def __init__(self, id, kinds, per, limit, window, anonymous=None, sums=False, enforces=True, of=None, young=(),
                 by_kind=None, where=None, selects=None):
        self.young, self.by_kind, self.where, self.selects = young, by_kind or {}, where, selects
        self.id, self.kinds, self.per, self.limit, self.window = id, frozenset(kinds), per, limit, window
        self.anonymous, self.sums, self.enforces, self.of = anonymous, sums, enforces, of

    def watches(self, kind):
        return not self.kinds or kind in self.kinds


class Policy:
    slices = 12

    @staticmethod
    def network(address):
        """The network around an address, as distinct counts see it."""
        family = ipaddress.ip_address(address).version
        return str(ipaddress.ip_network((address, 24 if family == 4 else 48), strict=False))

    def __init__(self, rules, net4=(24, 16), net6=(64, 48), subject6=64, ids=1024, id_ttl=HOUR, fields=None, allow=()):
        self.fields, self.allow = fields or {}, allow
        self.rules, self.net4, self.net6, self.subject6, self.ids, self.id_ttl = rules, net4, net6, subject6, ids, id_ttl
        self.limits = [rule for rule in rules if rule.of is None]
        self.distinct = [rule for rule in rules if rule.of]
        self.scopes = ["actor"]
        self.series = []  # (scope, kinds, rules): what counts the same events of the same subject
        for rule in self.limits:
            if rule.per not in self.scopes:
                self.scopes.append(rule.per)
            for scope, kinds, rules_of in self.series:
                weights = {each.sums for each in rules_of if each.sums}
                if (scope == rule.per and kinds == rule.kinds and rules_of[0].where == rule.where
                        and (not rule.sums or weights <= {rule.sums})):
                    rules_of.append(rule)
                    break
            else:
                self.series.append((rule.per, rule.kinds, [rule]))
        self.series.sort(key=lambda each: self.scopes.index("actor" if each[0] == "user" else each[0]))


STANDARD = Policy([
    Rule("rapid_content_creation", ["content"], "actor", 20, HOUR),
    Rule("daily_limit_hit", ["message"], "actor", 50, DAY, anonymous=30),
    Rule("rate_limit_hit", ["message"], "actor", 10, 60_000),
    Rule("excessive_tokens", ["message"], "actor", 100_000, DAY, sums=True, enforces=False),
    Rule("multiple_accounts_same_ip", [], "ip", 3, DAY, of="user"),
    Rule("ip_rotation", [], "user", 5, HOUR, of="ip"),
    Rule("data_harvesting", ["read"], "actor", 300, HOUR, of="object"),
])

# Odd windows, each kind of rule in each scope, limits that meet, an enforced sum, pairs that only some kinds count.
ODD = Policy(
    [
        Rule("three_each", ["content"], "actor", 3, 997),
        Rule("seven_each", ["content"], "actor", 7, 5003, anonymous=4),
        Rule("sum_each", ["message", "content"], "user", 50, 2111, sums=True),
        Rule("any_ip", [], "ip", 12, 1501),
        Rule("any_ip_long", [], "ip", 25, 7919, enforces=False),
        Rule("one_signup", ["signup"], "ip", 1, 3001),
        Rule("messages", ["message"], "actor", 5, 1009, anonymous=6),
        Rule("message_tokens", ["message"], "actor", 40, 4001, sums=True, enforces=False),
        Rule("users_at_ip", ["signup"], "ip", 2, 2400, of="user"),
        Rule("ips_of_user", [], "user", 1, 6007, of="ip"),
        Rule("objects", ["read", "content"], "actor", 4, 1217, of="object"),
    ],
    net4=(24, 20, 8), net6=(64, 56), subject6=56, ids=5, id_ttl=1999)


# Every kind of subject, field, condition and limit.
RICH = Policy(
    [
        Rule("errors", ["read", "login"], "ip", 4, 1009, where="{ field = 'status', ranges = { { 400, 499 } } }",
             selects=lambda e: e.get("status") is not None and 400 <= e["status"] <= 499),
        Rule("one_status", [], "actor", 3, 2003, where="{ field = 'status', is = { '404' } }",
             selects=lambda e: e.get("status") == 404),
        Rule("by_object", ["read"], "object", 6, 1511),
        Rule("by_tenant", ["content", "message"], "tenant", 9, 2111, by_kind={"message": 5}),
        Rule("young", ["content"], "actor", 8, 1901, anonymous=3, young=((700, 2), (3000, 4))),
        Rule("generous_when_young", ["signup"], "actor", 2, 1901, young=((3000, 5),)),
        Rule("amount", ["message"], "user", 50, 1301, sums="amount"),
        Rule("tokens", ["message"], "user", 60, 1301, sums=True),
        Rule("mails", ["signup"], "email", 2, 2503, where="{ field = 'email', suffixes = { '@spam.example' } }",
             selects=lambda e: (e.get("email") or "").endswith("@spam.example")),
        Rule("names", ["signup"], "ip", 2, 2400, of="username"),
        Rule("networks", [], "user", 2, 2400, of="network"),
        Rule("tenants", ["content"], "user", 2, 2400, of="tenant", young=((3000, 1),)),
        Rule("objects_of_tenant", ["read"], "tenant", 4, 2400, of="object",
             where="{ field = 'object', prefixes = { 'object 1', 'object 2' }, is = { 'object 5', 'object 6', 'object 7' } }",
             selects=lambda e: (e.get("object") or "")[:8] in
             ("object 1", "object 2", "object 5", "object 6", "object 7")),
    ],
    ids=5, id_ttl=1999, fields={"tenant": "id", "amount": "number"}, allow=("user:9", "net:10.1.0.0/16"))


def watch(rule):
    """One entry of POLICY.watches."""
    what = f"distinct = '{rule.of}'" if rule.of else f"sum = '{'tokens' if rule.sums is True else rule.sums}'" if rule.sums else "count = true"
    kinds = ", ".join(f"'{kind}'" for kind in sorted(rule.kinds))
    more = f"anonymous = {rule.anonymous}, " if rule.anonymous is not None else ""
    if rule.young:
        more += "young = { " + ", ".join(f"{{ {age}, {limit} }}" for age, limit in rule.young) + " }, "
    if rule.by_kind:
        more += "by_kind = { " + ", ".join(f"['{kind}'] = {limit}" for kind, limit in sorted(rule.by_kind.items())) + " }, "
    where = f"where = {{ {rule.where} }}, " if rule.where else ""
    return (f"{{ id = '{rule.id}', {what}, per = '{rule.per}', kinds = {{ {kinds} }}, {where}limit = {rule.limit}, {more}"
            f"window = {rule.window}, enforce = {str(rule.enforces and not rule.of).lower()} }}")


def lua(policy):
    """The POLICY table of the library."""
    watches = ",\n  ".join(watch(rule) for rule in policy.rules)
    rules = [f"{rule.id} = {{ id = '{rule.id}', module = 'spam', severity = 3, reason = 'SPAM', shadow = false, report = false }}"
             for rule in policy.rules]
    nets = lambda lengths: ", ".join(map(str, lengths))
    return f"""local POLICY = {{ watches = {{
  {watches}
}}, rules = {{
  {", ".join(rules)}
}}, critical = {{ ['for'] = {DAY}, cap = {7 * DAY} }},
open_flags = {{ count = 3, block = {{ ['for'] = 900000, cap = {7 * DAY} }} }},
repeat_ttl = '{30 * DAY}', quiet = {DAY}, retention = {30 * DAY},
allow = {{ {', '.join(repr(each) for each in policy.allow)} }},
fields = {{ {', '.join(f'{name} = {form!r}' for name, form in policy.fields.items())} }},
net4 = {{ {nets(policy.net4)} }}, net6 = {{ {nets(policy.net6)} }}, subject6 = {policy.subject6},
text_bytes = 2048, log_most = '250000', alerts_most = '10000', audit_most = '100000',
ids = {policy.ids}, id_ttl = {policy.id_ttl}, tally_ttl = '{DAY}', hash = 'test' }}
"""
