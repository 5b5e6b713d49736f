-- sentinel_raise: a flag on a subject becomes an incident, an alert and, where the policy says so, a block: one call.
--
-- FCALL sentinel_raise 1 <namespace>:{<partition>} rule <id> subject <type:id> event <log position> at <ms>
--   [events <positions, comma separated>] [severity 1-4] [description <text>] [evidence <JSON>] [epoch <lease>]
--   [user <id>] [ip <address>]
--   event is the newest log position behind the flag, `events` all of them where they are several (of one batch)
--   at is the time of the newest event: the clock of everything that follows
--   user and ip are those of the newest event, for rules whose block is on them
--
-- Replies field/value pairs:
--   outcome opened|grown   incident count [seq of the alert] [blocked <until ms>|permanent, ref]
--   outcome known          this event was counted already: nothing changed
--   outcome stale          older than the subject's unblocking: the same evidence does not count again
--   outcome allowed        the subject is on the allow list
-- An alert goes out when an incident opens and when a block begins or grows, if the rule is not `silent`; a growing
-- count alone is silent. It names who is blocked.
-- Blocks: a rule's own `block`; any critical flag; POLICY.open_flags open flags on one subject. The time grows by the
-- factor `escalation` with each block of the same subject within POLICY.repeat_ttl, up to the cap. A block set by an
-- admin is never touched, and one that stands is lengthened only where that adds half of the time or more: what a
-- subject did just before its block would else prolong it by seconds, with an alert each. Of several that a block is
-- on, those on the allow list or unblocked since are left out.

local NAME = 'sentinel_raise'
local KNOWN = {
  rule = true, subject = true, event = true, events = true, at = true, severity = true, description = true,
  evidence = true, epoch = true, user = true, ip = true,
}
local EVENTS_MOST = 65536 -- bytes of `events`

local function want_position(field, value)
  if #value > 40 or not find(value, '^%d+%-%d+$') then
    S.fail('BADARG', NAME .. ': ' .. field .. ' is ' .. S.shown(value) .. ', want a log position like 1700000000000-0')
  end
end

-- The log positions behind the flag, `event` among them, each once; none after `event`.
local function positions_of(flag)
  local newest = S.required(NAME, flag, 'event')
  want_position('event', newest)
  if not flag.events then return { newest } end
  if #flag.events > EVENTS_MOST then
    S.fail('BADARG', NAME .. ': events has ' .. #flag.events .. ' bytes, want at most ' .. EVENTS_MOST)
  end
  local positions, seen = { newest }, { [newest] = true }
  for position in string.gmatch(flag.events .. ',', '([^,]*),') do
    want_position('events', position)
    if S.after(position, newest) then
      S.fail('BADARG', NAME .. ': events has ' .. position .. ', which is after event, ' .. newest)
    end
    if not seen[position] then
      seen[position] = true
      positions[#positions + 1] = position
    end
  end
  return positions
end

-- The block this flag asks for: {for, cap, reason} or nil. `flags` open flags stand on the subject.
local function wanted_block(rule, severity, flags)
  if rule.shadow then return nil end
  if severity >= 4 then return POLICY.critical end
  if rule.block then return rule.block end
  if flags >= POLICY.open_flags.count then return POLICY.open_flags.block end
  return nil
end

-- How the subject's block is to be set or lengthened: {subject, till, repeats}; nil where one stands that is as long.
local function planned(prefix, subject, wanted, now)
  local standing = S.block_of(prefix, subject, now)
  local length, repeats = wanted['for'], nil
  if not standing then
    local key = prefix .. ':repeats:' .. subject
    S.want_counter(key)
    repeats = tonumber(call('GET', key) or 0)
    length = math.min(length * (wanted.escalation or 2) ^ math.min(repeats, 40), math.max(wanted.cap, length))
    length = floor(length)
  end
  local till = now + length
  if standing then
    local ends = standing['until']
    if standing.by ~= 'sentinel' or not ends or ends > till - length / 2 then return nil end
  end
  return { subject = subject, till = till, repeats = repeats }
end

-- Does as planned. Returns the block's ref.
local function block(namespace, prefix, plan, wanted, rule, incident, now)
  if plan.repeats then
    local key = prefix .. ':repeats:' .. plan.subject
    call('SET', key, S.decimal(plan.repeats + 1), 'PX', POLICY.repeat_ttl)
  end
  return (S.set_block(namespace, prefix, plan.subject, {
    action = wanted.action or 'block', reason = rule.reason, rule = rule.id, incident = incident, by = 'sentinel',
    since = now, ['until'] = plan.till,
  }, now))
end

-- Whom a block of this rule is on: subjects, the flag's own where the policy says nothing else.
local function targets_of(wanted, subject, user, address)
  local on = wanted.on or 'subject'
  if on == 'subject' then return { subject } end
  local targets = {}
  if user and on ~= 'ip' then targets[1] = 'user:' .. user end
  if address and on ~= 'user' then targets[#targets + 1] = address.subject end
  return targets
end

S.register(NAME, {}, function(keys, argv)
  local prefix, namespace, partition = S.partition(NAME, keys)
  local flag = S.fields(NAME, argv, KNOWN)
  local rule = POLICY.rules[S.required(NAME, flag, 'rule')]
  if not rule then S.fail('BADARG', NAME .. ': rule ' .. S.shown(flag.rule) .. ' is not in the policy') end
  local subject = S.subject(NAME, S.required(NAME, flag, 'subject'))
  local positions = positions_of(flag)
  local now = S.integer(NAME, 'at', S.required(NAME, flag, 'at'), 1, S.MAX_TIME)
  local severity = flag.severity and S.integer(NAME, 'severity', flag.severity, 1, 4) or rule.severity
  local description = S.text(NAME, 'description', flag.description or rule.id, 1024)
  local evidence = S.json(NAME, 'evidence', flag.evidence or '{}', 16384)
  local user = flag.user and S.bounded(NAME, 'user', flag.user, 256)
  local address = flag.ip and S.address(NAME, 'ip', flag.ip)
  S.fence(NAME, prefix, flag.epoch)

  if S.allowed(S.names(NAME, subject), now) then return { 'outcome', 'allowed' } end
  if S.is_spent(prefix, subject, now) then return { 'outcome', 'stale' } end
  local open_key = prefix .. ':open:' .. subject
  local open = S.open_incidents(open_key, now)
  local standing, fresh = open[rule.id], 0
  for _, position in ipairs(positions) do
    if not standing or S.after(position, standing.event) then fresh = fresh + 1 end
  end
  if fresh == 0 then return { 'outcome', 'known', 'incident', standing.id } end

  local opened = not standing or standing.over
  open[rule.id] = { over = false }
  local wanted, plans = wanted_block(rule, severity, S.open_flags(open)), {}
  for _, target in ipairs(wanted and targets_of(wanted, subject, user, address) or plans) do
    if target == subject or not (S.allowed(S.names(NAME, target), now) or S.is_spent(prefix, target, now)) then
      plans[#plans + 1] = planned(prefix, target, wanted, now)
    end
  end
  -- An incident that only grows writes little: what it does not write need not be looked at.
  if opened then S.validate_for_change(namespace, prefix, subject) end
  for _, plan in ipairs(plans) do S.validate_for_change(namespace, prefix, plan.subject) end
  if plans[1] then S.validate_tally(prefix, 'block:' .. rule.reason) end
  S.want_type(prefix .. ':incidents', 'zset')
  S.want_type(prefix .. ':pending', 'zset')
  S.want_type(prefix .. ':cards', 'hash')
  local id = standing and standing.id
  if opened then
    local number = tonumber(call('GET', prefix .. ':seq:incidents') or 0) + 1
    id = 'i' .. partition .. '-' .. S.decimal(number)
  end
  local key = prefix .. ':incident:' .. id
  S.want_type(key, 'hash')
  S.want_count(key, 'count')
  local counter = 'incident:' .. rule.id .. ':' .. severity .. ':' .. (rule.shadow and 'shadow' or 'enforce')
  if opened then S.validate_tally(prefix, counter) end

  if opened then call('INCR', prefix .. ':seq:incidents') end
  local count = call('HINCRBY', key, 'count', S.decimal(fresh))
  local newest = { 'last', S.decimal(now), 'event', flag.event, 'severity', severity, 'description', description,
    'evidence', evidence }
  for field, value in pairs({ user = user, ip = address and address.text }) do
    newest[#newest + 1] = field
    newest[#newest + 1] = value
  end
  call('HSET', key, unpack(newest))
  if opened then
    S.tally(prefix, counter)
    call('HSET', key, 'id', id, 'rule', rule.id, 'module', rule.module, 'subject', subject, 'first',
      S.decimal(now), 'mode', rule.shadow and 'shadow' or 'enforce', 'policy', POLICY.hash)
    S.sweep_incidents(prefix, now)
    call('ZADD', prefix .. ':pending', S.decimal(now), id)
  else
    call('ZADD', prefix .. ':pending', 'XX', S.decimal(now), id)
  end
  call('PEXPIRE', key, POLICY.retention)
  local reviewed = opened and { rule.shadow and 'shadow', nil, nil, user, address and address.text }
    or call('HMGET', key, 'mode', 'disposition', 'review_note', 'user', 'ip')
  call('HSET', prefix .. ':cards', id, S.incident_card({
    severity = severity, mode = reviewed[1], disposition = reviewed[2] or nil, note = reviewed[3] or nil,
    module = rule.module, rule = rule.id, subject = subject, user = reviewed[4] or nil, ip = reviewed[5] or nil,
    description = description,
  }))
  call('ZADD', prefix .. ':incidents', S.decimal(now), id)
  call('HSET', open_key, rule.id, id .. ' ' .. flag.event .. ' ' .. S.decimal(now))
  call('PEXPIRE', open_key, POLICY.retention)

  local till, ref
  local blocked = {}
  for i, plan in ipairs(plans) do
    local its = block(namespace, prefix, plan, wanted, rule, id, now)
    till, ref = till or plan.till, ref or its
    blocked[i] = cjson.encode(S.printable(plan.subject))
  end
  if till then call('HSET', key, 'blocked', S.decimal(till), 'ref', ref) end
  local seq
  if (opened or till) and not rule.silent then
    seq = S.alert(namespace, prefix, format(
      '"at":%s,"change":"%s","incident":"%s","rule":"%s","module":"%s","severity":%d,"mode":"%s","subject":%s,'
        .. '"count":%s,"description":%s,"block":%s,"evidence":%s',
      S.decimal(now), opened and 'opened' or 'blocked', id, rule.id, rule.module, severity,
      rule.shadow and 'shadow' or 'enforce', cjson.encode(S.printable(subject)), S.decimal(count),
      cjson.encode(description),
      till and format('{"until":%s,"ref":"%s","subjects":[%s]}', S.decimal(till), ref, concat(blocked, ',')) or 'null',
      evidence))
  end
  return S.reply('outcome', opened and 'opened' or 'grown', 'incident', id, 'count', count, 'seq', seq,
    'blocked', till, 'ref', ref)
end)
