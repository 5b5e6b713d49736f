"""What sentinel_record, _check, _block, _unblock, _allow and _disallow answer, told a second time and plainly.

Nothing of how the library keeps its windows is repeated here: a window is a list of times, a distinct count is a set per
slice, a remembered id is an entry of a dictionary. Addresses come from Python's own ipaddress.
"""

import ipaddress


def describe(policy, spelled):
    """(canonical text, what is counted, names a block may have) of an address."""
    address = ipaddress.ip_address(spelled)
    if address.version == 6 and address.ipv4_mapped:
        address = address.ipv4_mapped
    lengths = policy.net4 if address.version == 4 else policy.net6
    nets = ["net:" + str(ipaddress.ip_network((address, bits), strict=False)) for bits in lengths]
    counted = f"ip:{address}"
    if address.version == 6 and policy.subject6 < 128:
        counted = "net:" + str(ipaddress.ip_network((address, policy.subject6), strict=False))
    return str(address), counted, [f"ip:{address}", *nets]


def printable(subject):
    """The subject in texts: as it is, or percent-encoded when it has a control character or a percent sign in it."""
    if any(each < " " or each in "%\x7f" for each in subject):
        return "".join(chr(b) if 33 <= b <= 126 and b != 37 else f"%{b:02X}" for b in subject.encode())
    return subject


class Model:
    def __init__(self, policy, partition=0):
        self.policy, self.partition = policy, partition
        self.entries = {}  # (series, subject) -> [(time, weight)], oldest first
        self.last = {}     # (series, subject) -> time of the last counted event
        self.sets = {}     # (rule, slice, subject) -> elements
        self.slices = {}   # (rule, subject) -> the newest of them
        self.ids = {}      # actor -> [new, old, insertions, since]
        self.blocks, self.allows = {}, {}  # subject -> (until or None, fields of the reply)
        self.refs = 0
        self.logged = 0
        self.addresses = {}

    # The list of blocks and the list of allows.

    def _address(self, spelled):
        known = self.addresses.get(spelled)
        if known is None:
            known = self.addresses[spelled] = describe(self.policy, spelled)
        return known

    def _canonical(self, subject):
        kind, identity = subject.split(":", 1)
        return "ip:" + self._address(identity)[0] if kind == "ip" else subject

    @staticmethod
    def _stands(listed, subject, now):
        entry = listed.get(subject)
        return entry is not None and (entry[0] is None or entry[0] > now)

    @staticmethod
    def _sweep(listed, now):
        for subject in [each for each, entry in listed.items() if entry[0] is not None and entry[0] <= now]:
            del listed[subject]

    def _allowed(self, names, now):
        return any(name in self.policy.allow for name in names) or any(self._stands(self.allows, name, now) for name in names)

    def block(self, now, subject, duration=None, action="block", reason="MANUAL"):
        subject = self._canonical(subject)
        if subject in self.policy.allow or self._stands(self.allows, subject, now):
            return f"ALLOWED sentinel_block: {printable(subject)} is on the allow list, take it off first"
        self._sweep(self.blocks, now)
        change = "changed" if subject in self.blocks else "added"
        self.refs += 1
        ref = f"b{self.partition}-{self.refs}"
        until = None if duration is None else now + duration
        self.blocks[subject] = (until, action, reason, ref)
        return ["change", change, "subject", subject, "ref", ref,
                "until", "permanent" if until is None else str(until)]

    def unblock(self, now, subject):
        self._sweep(self.blocks, now)
        lifted = 1 if self.blocks.pop(self._canonical(subject), None) else 0
        self.logged += lifted  # the coordinator is told through the log
        return ["lifted", lifted]

    def allow(self, now, subject, duration=None):
        subject = self._canonical(subject)
        self._sweep(self.allows, now)
        until = None if duration is None else now + duration
        self.allows[subject] = (until,)
        lifted = self.unblock(now, subject)[1]
        return ["subject", subject, "until", "permanent" if until is None else str(until), "lifted", lifted]

    def disallow(self, now, subject):
        self._sweep(self.allows, now)
        return ["removed", 1 if self.allows.pop(self._canonical(subject), None) else 0]

    # Events.

    def _subjects(self, event):
        """(subject by scope, names a block may have) of an event."""
        user, ip = event.get("user"), event.get("ip")
        subjects, names = {}, []
        for scope in ("object", "username", "email", *self.policy.fields):
            if event.get(scope) is not None:
                subjects[scope] = f"{scope}:{event[scope]}"
        if user is not None:
            subjects["user"] = "user:" + user
            names.append(subjects["user"])
        if ip is not None:
            _, subjects["ip"], more = self._address(ip)
            names += more
        subjects["actor"] = subjects.get("user") or subjects["ip"]
        return subjects, names

    def _blocked(self, names, now):
        for name in names:
            if self._stands(self.blocks, name, now) and not self._allowed(names, now):
                until, action, reason, ref = self.blocks[name]
                reply = ["verdict", "limit" if action == "throttle" else action, "subject", name, "reason", reason]
                if until is not None:
                    reply += ["retry_after_ms", until - now]
                return reply + ["ref", ref]
        return None

    @staticmethod
    def _limit(rule, event, now):
        if event["kind"] in rule.by_kind:
            return rule.by_kind[event["kind"]]
        if (event.get("anonymous") or event.get("user") is None) and rule.anonymous is not None:
            return rule.anonymous
        for age, limit in rule.young:
            if event.get("created") is not None and now - event["created"] < age:
                return limit
        return rule.limit

    @staticmethod
    def _selects(rule, event):
        return rule.selects is None or rule.selects(event)

    def _counting(self, event, subjects):
        """(place, subject, rules) of each series that counts the event."""
        for place, (scope, kinds, rules) in enumerate(self.policy.series):
            if (not kinds or event["kind"] in kinds) and scope in subjects and self._selects(rules[0], event):
                yield place, subjects[scope], rules

    @staticmethod
    def _weight(rule, event):
        return event.get("tokens" if rule.sums is True else rule.sums) or 0

    def _judge(self, event, subjects, now, counting):
        """(tightest, refused, flagged rules) of the event."""
        tightest = refused = None
        flags = []
        for place, subject, rules in self._counting(event, subjects):
            key = (place, subject)
            at = max(now, self.last.get(key, 0))
            entries = self.entries.get(key, [])
            for rule in rules:
                limit, weight = self._limit(rule, event, now), self._weight(rule, event)
                inside = [(t, w if rule.sums else 1) for t, w in entries if at - t < rule.window]
                used = sum(w for _, w in inside)
                cost = weight if rule.sums else 1
                excess = used + cost - limit
                over = excess > 0 and cost > 0
                if over:
                    flags.append(rule.id)
                if not rule.enforces:
                    continue
                reset = max(0, self.last[key] + rule.window - now) if key in self.last else 0
                if over:
                    wait = -1
                    if cost <= limit:
                        gone = 0
                        for t, w in inside:
                            gone += w
                            if gone >= excess:
                                wait = t + rule.window - now
                                break
                    if refused is None or (refused[3] != -1 and (wait == -1 or wait > refused[3])):
                        refused = (rule.id, limit, max(0, limit - used), wait, reset)
                else:
                    remaining = max(0, limit - used - (cost if counting else 0))
                    if tightest is None or remaining < tightest[2]:
                        tightest = (rule.id, limit, remaining, reset)
        return tightest, refused, flags

    @staticmethod
    def _reply(tightest, refused, flags, checking=False):
        reply = ["verdict", "allow"]
        if refused:
            reply = ["verdict", "limit", "rule", refused[0], "limit", refused[1], "remaining", refused[2],
                     "retry_after_ms", refused[3]]
        elif tightest:
            reply += ["rule", tightest[0], "limit", tightest[1], "remaining", tightest[2]]
        if checking and (refused or tightest):
            reply += ["reset_after_ms", (refused or tightest)[-1]]
        return reply + ["flags", ",".join(flags)] if flags else reply

    def check(self, now, **event):
        event.setdefault("kind", None)
        subjects, names = self._subjects(event)
        blocked = self._blocked(names, now)
        if blocked:
            return blocked
        if event["kind"] is None:
            return ["verdict", "allow"]
        tightest, refused, flags = self._judge(event, subjects, now, False)
        if flags and self._allowed(names, now):
            refused, flags = None, []
        return self._reply(tightest, refused, flags, checking=True)

    def record(self, now, **event):
        subjects, names = self._subjects(event)
        actor, id = subjects["actor"], event.get("id")
        if id is not None:
            known = self._remembered(actor, id, now)
            if known:
                return known
        blocked = self._blocked(names, now)
        if blocked:
            return blocked
        tightest, refused, flags = self._judge(event, subjects, now, True)
        exempt = flags and self._allowed(names, now)
        if exempt:
            refused, flags = None, []
        if not refused and not exempt:
            self._count(event, subjects, now)
        if not exempt:
            flags = flags + self._distinct(event, subjects, now)
        reply = self._reply(tightest, refused, flags)
        self.logged += 1
        if id is not None:
            wait = refused[3] if refused else 0
            self._remember(actor, id, reply, now, now + min(self.policy.id_ttl, wait if wait > 0 else self.policy.id_ttl))
        return reply

    def _count(self, event, subjects, now):
        for place, subject, rules in self._counting(event, subjects):
            weight = max((self._weight(rule, event) for rule in rules if rule.sums), default=0)
            if weight == 0 and all(rule.sums for rule in rules):
                continue  # it only asks
            key = (place, subject)
            at = max(now, self.last.get(key, 0))
            longest = max(rule.window for rule in rules)
            self.entries[key] = [each for each in self.entries.get(key, []) if at - each[0] < longest] + [(at, weight)]
            self.last[key] = at

    def _value(self, event, subjects, field):
        if field == "network":
            return self.policy.network(self._address(event["ip"])[0]) if event.get("ip") is not None else None
        return subjects.get("ip") if field == "ip" else event.get(field)

    def _distinct(self, event, subjects, now):
        """The rules that a value new to their window takes over the limit."""
        flags = []
        for rule in self.policy.distinct:
            subject, element = subjects.get(rule.per), self._value(event, subjects, rule.of)
            if not rule.watches(event["kind"]) or not self._selects(rule, event) or subject is None or element is None:
                continue
            slice_ = max(now // max(1, rule.window // self.policy.slices), self.slices.get((rule.id, subject), 0))
            self.slices[rule.id, subject] = slice_
            mine = self.sets.setdefault((rule.id, slice_, subject), set())
            if element in mine:
                continue
            mine.add(element)
            seen = set().union(*(self.sets.get((rule.id, slice_ - k, subject), ()) for k in range(self.policy.slices)))
            if len(seen) > self._limit(rule, event, now):
                flags.append(rule.id)
        return flags

    # Ids: the newest `ids` of a subject at least, twice as many at most, none for ever.

    def _remembered(self, actor, id, now):
        known = self.ids.get(actor)
        if known is None:
            return None
        entry = known[0].get(id) or known[1].get(id)
        return entry[1] if entry and entry[0] > now else None

    def _remember(self, actor, id, reply, now, expiry):
        known = self.ids.setdefault(actor, [{}, {}, 0, 0])
        if known[2] > 0 and (known[2] >= self.policy.ids or now - known[3] >= self.policy.id_ttl):
            known[0], known[1], known[2] = {}, known[0], 0
        known[0][id] = (expiry, reply)
        if known[2] == 0:
            known[3] = now
        known[2] += 1
