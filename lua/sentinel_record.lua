-- sentinel_record: counts one event, decides, logs it.
--
-- FCALL sentinel_record 1 <namespace>:{<partition>} kind <kind> [user <id>] [ip <address>] [text <bytes>]
--   [object <id>] [email <address>] [username <name>] [id <event id>] [created <ms>] [anonymous 0|1] [tokens <n>]
-- [status <n>]
--   [at <ms>]                                                  fields in any order, each at most once; user or ip
-- needed
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

local function names_of(flags, distinct)
  local names = {}
  for _, flag in ipairs(flags) do names[#names + 1] = flag.rule.id end
  for _, flag in ipairs(distinct) do names[#names + 1] = flag.rule.id end
  return #names > 0 and table.concat(names, ',') or nil
end

-- For the coordinator: `rule=count` of each flag.
local function counts_of(flags, distinct)
  local counts = {}
  for _, flag in ipairs(flags) do counts[#counts + 1] = flag.rule.id .. '=' .. S.decimal(flag.used) end
  for _, flag in ipairs(distinct) do counts[#counts + 1] = flag.rule.id .. '=' .. S.decimal(flag.used) end
  return table.concat(counts, ',')
end

S.register(NAME, {}, function(keys, argv)
  local prefix = S.partition(NAME, keys)
  local event = S.event(NAME, argv, true)
  if event.kind == 'report' or event.kind == 'unblock' then
    S.fail('BADARG', NAME .. ': kind ' .. event.kind .. ' is reserved for the log (see sentinel_report)')
  end
  local now = S.now(NAME, prefix, event.at)
  local watched = S.watched(event.kind)

  -- Read and decide.
  local states = S.states(prefix, watched, event)
  local actor = states.actor
  if event.id then
    local known = S.remembered(actor, event.id, now)
    if known then return known end
  end
  local blocked, till = S.blocked(prefix, event.names, now)
  if blocked then return S.blocked_reply(prefix, blocked, till, now, true) end
  local tightest, refused, flags = S.judge(states, watched, event, now, true)
  if #flags > 0 and S.allowed(prefix, event.names, now) then
    refused, flags = nil, {}
    watched = POLICY.unwatched
  end

  -- Write.
  local undo = {}
  local done, result = pcall(function()
    local exceeded = {}
    if not refused then
      for _, series in ipairs(watched.series) do
        local state = states[series.scope]
        if state then
          local window = S.window(state, series)
          local member = S.count(window, series, event.weight, math.max(now, window.last))
          undo[#undo + 1] = { 'ZREM', window.key, member }
          state.changed = true
        end
      end
    end
    local bucket = math.floor(now / POLICY.memo_step)
    local address = event.address and event.address.text or ''
    -- This actor at this address is in every slice of now already: nothing of the pair can change.
    local paired = actor.bucket == bucket and actor.memo == address
    local list = S.distinct_of(prefix, watched.distinct, event, now, paired)
    if #list > 0 then
      S.validate_distinct(list)
      S.add_distinct(prefix, list, function(rule, _, count)
        exceeded[#exceeded + 1] = { rule = rule, used = count }
      end)
      if not paired then
        actor.bucket, actor.memo, actor.changed = bucket, address, true
      end
    end
    local reply
    local raised = names_of(flags, exceeded)
    if refused then
      reply = S.reply('verdict', 'limit', 'rule', refused.rule.id, 'limit', refused.limit,
        'remaining', refused.remaining, 'retry_after_ms', refused.wait, 'flags', raised)
    elseif tightest then
      reply = S.reply('verdict', 'allow', 'rule', tightest.rule.id, 'limit', tightest.limit,
        'remaining', tightest.remaining, 'flags', raised)
    else
      reply = S.reply('verdict', 'allow', 'flags', raised)
    end

    local fields = S.log_fields(event, argv)
    if refused then
      fields[#fields + 1] = 'verdict'
      fields[#fields + 1] = 'limit'
    end
    if raised then
      fields[#fields + 1] = 'flags'
      fields[#fields + 1] = counts_of(flags, exceeded)
    end
    local stream = prefix .. ':events'
    local entry = redis.call('XADD', stream, 'MAXLEN', '~', POLICY.log_most, '*', unpack(fields))
    undo[#undo + 1] = { 'XDEL', stream, entry }
    if event.id then
      local expiry = now + POLICY.id_ttl
      if refused and refused.wait > 0 then expiry = math.min(expiry, now + refused.wait) end
      S.remember(actor, event.id, reply, now, expiry)
      actor.changed = true
    end
    for _, state in pairs(states) do
      if state.changed then S.save_state(state) end
    end
    return reply
  end)
  if done then return result end
  for i = #undo, 1, -1 do redis.pcall(unpack(undo[i])) end
  error(result, 0)
end)
