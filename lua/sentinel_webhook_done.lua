-- sentinel_webhook_done: what came of sending an alert, for the process that holds the lease of the task webhooks.
--
-- FCALL sentinel_webhook_done 1 <namespace>:{<partition>} id <id> epoch <lease> outcome delivered|skipped|dead|failed
--   [cursor <place in the log of alerts>] [seq <its number>] [lost <n>] [again 1] [error <text>] [at <ms>]
--   delivered: the receiver took it. skipped: the filter left it, and perhaps others before it, out. dead: it goes
--   to the dead letters. failed: the receiver is away; nothing moves.
--   cursor: up to which it is done then; needed unless `again`, which speaks of the first to be sent once more.
--   lost: so many before it were gone from the log.
--
-- The cursor only moves forward. Replies: moved 1, or moved 0 when there is no such webhook.

local NAME = 'sentinel_webhook_done'
local KNOWN = {
  id = true, epoch = true, outcome = true, cursor = true, seq = true, lost = true, again = true, error = true,
  at = true,
}
local OUTCOMES = { delivered = true, skipped = true, dead = true, failed = true }

S.register(NAME, {}, function(keys, argv)
  local prefix, namespace = S.partition(NAME, keys)
  local done = S.fields(NAME, argv, KNOWN)
  local id = S.webhook_id(NAME, 'id', S.required(NAME, done, 'id'))
  local epoch, outcome = S.required(NAME, done, 'epoch'), S.required(NAME, done, 'outcome')
  if not OUTCOMES[outcome] then
    S.fail('BADARG', NAME .. ': outcome is ' .. S.shown(outcome) .. ', want delivered, skipped, dead or failed')
  end
  if done.again and done.again ~= '1' then
    S.fail('BADARG', NAME .. ': again is ' .. S.shown(done.again) .. ', want 1')
  end
  if done.cursor and (#done.cursor > 40 or not find(done.cursor, '^%d+%-%d+$')) then
    S.fail('BADARG', NAME .. ': cursor is ' .. S.shown(done.cursor) .. ', want a place like 1700000000000-0')
  end
  local seq = done.seq and S.integer(NAME, 'seq', done.seq, 0, S.MAX_TIME)
  local lost = done.lost and S.integer(NAME, 'lost', done.lost, 0, S.MAX_TIME) or 0
  local problem = done.error and S.text(NAME, 'error', done.error, 256)
  local moves = outcome ~= 'failed' and not done.again
  if moves then S.required(NAME, done, 'cursor') end
  local now = S.now(NAME, prefix, done.at)
  S.fence(NAME, prefix, epoch, 'webhooks')
  if not S.webhook(prefix, id) then return { 'moved', 0 } end
  local state, again = S.webhook_state(prefix, id), prefix .. ':again:' .. id
  local stats = prefix .. ':stats:' .. S.decimal(floor(now / 86400000))
  local counter = 'delivery:' .. outcome
  S.want_type(stats, 'hash')
  S.want_count(stats, counter)
  S.want_count(stats, 'delivery:lost')
  S.want_type(prefix .. ':deadletters', 'stream')
  S.want_type(namespace .. ':alerts:log', 'stream')

  local alert
  if outcome == 'dead' then
    if done.again then
      alert = call('LINDEX', again, 0)
    else
      local entry = call('XRANGE', namespace .. ':alerts:log', done.cursor, done.cursor)[1]
      alert = entry and S.field_of(entry[2], 'alert')
    end
  end
  if done.again and outcome ~= 'failed' then call('LPOP', again) end
  if moves then
    local standing = call('HGET', state, 'cursor')
    if not standing or S.after(done.cursor, standing) then
      call('HSET', state, 'cursor', done.cursor, 'seq', S.decimal(seq or 0))
    end
  end
  if alert then
    call('XADD', prefix .. ':deadletters', 'MAXLEN', '=', S.DEADLETTERS_MOST, '*', 'webhook', id, 'at', S.decimal(now),
      'error', problem or '', 'alert', alert)
  end
  if outcome == 'delivered' or outcome == 'dead' then call('HINCRBY', state, outcome, 1) end
  if outcome == 'delivered' then
    call('HDEL', state, 'failing', 'error')
  elseif outcome ~= 'skipped' then
    call('HSETNX', state, 'failing', S.decimal(now))
    call('HSET', state, 'error', problem or '')
  end
  if outcome ~= 'skipped' then call('HINCRBY', stats, counter, 1) end
  if lost > 0 then
    call('HINCRBY', state, 'lost', S.decimal(lost))
    call('HINCRBY', stats, 'delivery:lost', S.decimal(lost))
  end
  call('PEXPIRE', stats, S.decimal(POLICY.retention))
  return { 'moved', 1 }
end)
