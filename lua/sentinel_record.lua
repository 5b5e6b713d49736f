-- sentinel_record: counts one event, decides, logs it.
--
-- FCALL sentinel_record 1 <namespace>:{<partition>} kind <kind> [user <id>] [ip <address>] [text <bytes>]
--   [object <id>] [email <address>] [username <name>] [id <event id>] [created <ms>] [anonymous 0|1] [tokens <n>]
--   [status <n>] [at <ms>]                   fields in any order, each at most once; user or ip needed
--
-- Replies field/value pairs:
--   verdict allow          rule limit remaining    of the tightest limit, if any limit watches this kind
--   verdict limit          rule limit remaining retry_after_ms (-1: never)     refused and not counted, but logged
--   verdict block|challenge|limit   rule subject reason retry_after_ms ref     somebody blocked it: tallied, not logged
--   flags <rule,rule>      with any of the former but block: the rules that this event is over
--
-- In one subject's windows time never runs backwards: an event older than the last counted one counts as that one.
-- Writes happen after all checks; if one fails all the same (a foreign type), those before it are taken back. Time is
-- that of Redis; where no answer depends on it, it comes from the log entry, which is then the first write.
--
-- Two ways lead to the reply. The usual event, of a known user at a known address with room in every limit, takes four
-- commands, in S.short_way (event.lua) and `express` (series.lua). All others go on below.

local NAME = 'sentinel_record'

-- Both lists of flags; either may be nil.
local function joined(flags, more)
  if not flags then return more end
  for _, flag in ipairs(more) do flags[#flags + 1] = flag end
  return flags
end

-- The flags as the reply names them; adds `rule=count` of each to the log entry, for the coordinator.
local function told(flags, entry)
  local names, counts = {}, {}
  for i, flag in ipairs(flags) do
    names[i] = flag.rule.id
    counts[i] = flag.rule.id .. '=' .. S.decimal(flag.used)
  end
  entry[#entry + 1], entry[#entry + 2] = 'flags', concat(counts, ',')
  return concat(names, ',')
end

S.register(NAME, {}, function(keys, argv)
  place = places[keys[1]]
  if not place or keys[2] then S.partition(NAME, keys) end
  local short = S.short_way(argv)
  if short then return short end
  local prefix, event = place.prefix, S.event(NAME, argv, true)
  if S.RESERVED[event.kind] then
    S.fail('BADARG', NAME .. ': kind ' .. event.kind .. ' is reserved for the log (see sentinel_report)')
  end
  local now, now_text
  if event.at then
    now, now_text = S.now(NAME, prefix, event.at)
    S.note_time(now)
  end
  local express = event.watched.express
  if express and not S.fetched and not S.asking and event.user and not event.is_anonymous and not event.id then
    short = express(place, argv, event.watched.pairs, event.user,
      event.address and event.address.text or NOWHERE,
      event.weights[event.watched.weight] or 0, now, now_text)
    if short then return short end
  end

  -- Read. A remembered answer and the block list want to know the time; so do limits that may be exceeded. Where
  -- nothing does, the log entry comes first and tells it: a command less.
  local id, paired, unlisted = event.id, S.load_states(event)
  local answer, answered_till
  if id then answer, answered_till = S.remembered(prefix, ACTOR, id) end
  local scores = not unlisted and S.listed(event)
  if answer or scores then
    if not now then now, now_text = S.now(NAME, prefix) end
    if S.note_time(now) and paired then S.again(now) end
    if answer and answered_till > now then return answer end
    local blocked, till
    if scores then blocked, till = S.blocked(event, scores, now) end
    if blocked then return S.blocked_reply(prefix, blocked, till, now, true) end
  end
  local all = S.series_of(event)
  local values = (not paired or event.watched.loose) and S.values_of(event, paired)
  local fits, remaining, rule, limit, ends, refused, flags, exempt
  if not (values and not S.values_fit(values, event)) then fits, remaining, rule, limit, ends = S.fits(all, event) end
  if fits then
    local logged_at, logged_text = S.log(argv)
    if not now then now, now_text = logged_at, logged_text end
  elseif not now then
    now, now_text = S.now(NAME, prefix)
  end
  if S.note_time(now) and paired then S.again(now) end

  -- Decide.
  if not fits or now >= ends then
    remaining, rule, limit, refused, flags = S.judge(all, now, event, 0)
    exempt = flags and S.allowed(S.names_of(event), now)
    if exempt then refused, flags = nil, nil end
  end

  -- Write.
  if not exempt then
    if not refused then
      for i = 1, #all do S.count(all[i], event.weights, now, now_text) end
    end
    local exceeded = values and S.add_values(values, event, now)
    if exceeded then flags = joined(flags, exceeded) end
    if not (paired and unlisted) and not scores then S.stamp(event) end
  end
  local reply
  if refused then
    reply = { 'verdict', 'limit', 'rule', refused.rule.id, 'limit', refused.limit, 'remaining', refused.remaining,
      'retry_after_ms', refused.wait }
  elseif rule then
    reply = { 'verdict', 'allow', 'rule', rule.id, 'limit', limit, 'remaining', remaining }
  else
    reply = { 'verdict', 'allow' }
  end
  if not logged then
    if refused then argv[#argv + 1], argv[#argv + 2] = 'verdict', 'limit' end
    if flags then reply[#reply + 1], reply[#reply + 2] = 'flags', told(flags, argv) end
    S.log(argv)
  end
  if id then
    local expiry = now + POLICY.id_ttl
    if refused and refused.wait > 0 then expiry = math.min(expiry, now + refused.wait) end
    S.remember(prefix, ACTOR, id, reply, now, expiry)
  end
  S.save_states(all)
  return reply
end)
