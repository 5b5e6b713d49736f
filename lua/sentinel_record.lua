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
-- Writes happen after all checks; if one fails all the same (a foreign type), those before it are taken back.

local NAME = 'sentinel_record'

-- The flags as the reply names them, and `rule=count` of each for the coordinator.
local function told(flags, exceeded)
  local names, counts = {}, {}
  for _, list in ipairs({ flags or {}, exceeded or {} }) do
    for _, flag in ipairs(list) do
      names[#names + 1] = flag.rule.id
      counts[#counts + 1] = flag.rule.id .. '=' .. S.decimal(flag.used)
    end
  end
  return concat(names, ','), concat(counts, ',')
end

S.register(NAME, {}, function(keys, argv)
  local prefix = S.partition(NAME, keys)
  local event = S.event(NAME, argv, true)
  if event.kind == 'report' or event.kind == 'unblock' then
    S.fail('BADARG', NAME .. ': kind ' .. event.kind .. ' is reserved for the log (see sentinel_report)')
  end
  local now, now_text = S.now(NAME, prefix, event.at)

  -- Read and decide.
  local actor, id = POLICY.scopes[1], event.id
  S.load_states(event)
  if id then
    local known = S.remembered(prefix, actor, id, now)
    if known then return known end
  end
  local blocked, till = S.blocked(event, now)
  if blocked then return S.blocked_reply(prefix, blocked, till, now, true) end
  local rule, limit, remaining, refused, flags = S.judge(event, now, true)
  local exempt = flags and S.allowed(S.names_of(event), now)
  if exempt then refused, flags = nil, nil end

  -- Write. The log entry is the last that can fail, for it leaves a trace even when taken back.
  local exceeded
  if not exempt then
    if not refused then
      local all = event.watched.series
      for i = 1, #all do
        if all[i].state.loaded then S.count(all[i], event.weight, now, now_text) end
      end
    end
    exceeded = S.add_distinct(prefix, event, actor, now)
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
  local fields = #argv
  if refused then
    argv[fields + 1], argv[fields + 2] = 'verdict', 'limit'
    fields = fields + 2
  end
  if flags or exceeded then
    local names, counts = told(flags, exceeded)
    reply[#reply + 1], reply[#reply + 2] = 'flags', names
    argv[fields + 1], argv[fields + 2] = 'flags', counts
  end
  if id then
    local expiry = now + POLICY.id_ttl
    if refused and refused.wait > 0 then expiry = math.min(expiry, now + refused.wait) end
    S.remember(prefix, actor, id, reply, now, expiry)
  end
  call('XADD', place.events, 'MAXLEN', '~', POLICY.log_most, '*', unpack(argv))
  S.save_states()
  return reply
end)
