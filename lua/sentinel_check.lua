-- sentinel_check: what sentinel_record would answer, without counting or writing anything.
--
-- FCALL[_RO] sentinel_check 1 <namespace>:{<partition>} [kind <kind>] [user <id>] [ip <address>] … as sentinel_record
--
-- Replies as sentinel_record does, and with rule and limit also reset_after_ms: how long until the window of that rule
-- is wholly free. `remaining` is what is left now, before the event. Without a kind only blocks are looked at.
-- Distinct counts are not: they never refuse.

local NAME = 'sentinel_check'

S.register(NAME, { 'no-writes' }, function(keys, argv)
  local prefix = S.partition(NAME, keys)
  local event = S.event(NAME, argv, false)
  local now = S.now(NAME, prefix, event.at)
  S.note_time(now)
  local _, unlisted = S.load_states(event)
  local scores = not unlisted and S.listed(event)
  if scores then
    local blocked, till = S.blocked(event, scores, now)
    if blocked then return S.blocked_reply(prefix, blocked, till, now, false) end
  end
  if not event.kind then return { 'verdict', 'allow' } end
  local remaining, rule, limit, refused, flags = S.judge(S.series_of(event), now, event, 1)
  if flags and S.allowed(S.names_of(event), now) then refused, flags = nil, nil end
  local names
  if flags then
    names = {}
    for i, flag in ipairs(flags) do names[i] = flag.rule.id end
    names = concat(names, ',')
  end
  local reply
  if refused then
    reply = { 'verdict', 'limit', 'rule', refused.rule.id, 'limit', refused.limit, 'remaining', refused.remaining,
      'retry_after_ms', refused.wait, 'reset_after_ms', refused.rule.series.reset(now, refused.rule.window) }
  elseif rule then
    reply = { 'verdict', 'allow', 'rule', rule.id, 'limit', limit, 'remaining', remaining,
      'reset_after_ms', rule.series.reset(now, rule.window) }
  else
    reply = { 'verdict', 'allow' }
  end
  if names then reply[#reply + 1], reply[#reply + 2] = 'flags', names end
  return reply
end)
