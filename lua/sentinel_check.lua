-- sentinel_check: what sentinel_record would answer, without counting or writing anything.
--
-- FCALL[_RO] sentinel_check 1 <namespace>:{<partition>} [kind <kind>] [user <id>] [ip <address>] … as sentinel_record
--
-- Replies as sentinel_record does; `remaining` is what is left now, before the event. Without a kind only blocks are
-- looked at. Distinct counts are not: they never refuse.

local NAME = 'sentinel_check'

S.register(NAME, { 'no-writes' }, function(keys, argv)
  local prefix = S.partition(NAME, keys)
  local event = S.event(NAME, argv, false)
  local now = S.now(NAME, prefix, event.at)
  local blocked, till = S.blocked(prefix, event.names, now)
  if blocked then return S.blocked_reply(prefix, blocked, till, now, false) end
  if not event.kind then return { 'verdict', 'allow' } end
  local watched = S.watched(event.kind)
  local tightest, refused, flags = S.judge(S.states(prefix, watched, event), watched, event, now, false)
  if refused and not S.allowed(prefix, event.names, now) then
    local names = {}
    for _, flag in ipairs(flags) do names[#names + 1] = flag.rule.id end
    return S.reply('verdict', 'limit', 'rule', refused.rule.id, 'limit', refused.limit,
      'remaining', refused.remaining, 'retry_after_ms', refused.wait, 'flags', table.concat(names, ','))
  end
  if not tightest then return { 'verdict', 'allow' } end
  return { 'verdict', 'allow', 'rule', tightest.rule.id, 'limit', tightest.limit, 'remaining', tightest.remaining }
end)
