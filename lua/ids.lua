-- Ids of events that were answered already: the same id again changes nothing and gets the same answer.
--
-- Two hashes per subject, `<prefix>:i:<subject>` (new) and `<prefix>:j:<subject>` (old): id -> expiry and answer.
-- When the
-- new one holds POLICY.ids of them, or is POLICY.id_ttl old, it becomes the old one. So at least the last
-- POLICY.ids ids of a subject are known, each for at least POLICY.id_ttl, and no subject keeps more than twice as many.
-- A refusal is remembered only until the time it names: then the same event may be tried again.

-- The answer given to this id, or nil.
function S.remembered(state, id, now)
  if state.ids == 0 and state.old_ids == 0 then return nil end
  local value = state.ids > 0 and redis.call('HGET', state.prefix .. ':i:' .. state.subject, id)
  if not value and state.old_ids == 1 then value = redis.call('HGET', state.prefix .. ':j:' .. state.subject, id) end
  if not value then return nil end
  local known, expiry, reply = pcall(cmsgpack.unpack, value)
  if known then known, expiry, reply = type(expiry) == 'table', expiry[1], expiry[2] end
  if not known or type(expiry) ~= 'number' or type(reply) ~= 'table' then
    S.fail('BADSTATE', 'key ' .. S.shown(state.prefix .. ':i:' .. state.subject) .. ' holds a foreign value')
  end
  if expiry <= now then return nil end
  return reply
end

-- Remembers the answer; the caller saves the state afterwards.
function S.remember(state, id, reply, now, expiry)
  local new = state.prefix .. ':i:' .. state.subject
  if state.ids > 0 and (state.ids >= POLICY.ids or now - state.ids_since >= POLICY.id_ttl) then
    if redis.call('EXISTS', new) == 1 then
      redis.call('RENAME', new, state.prefix .. ':j:' .. state.subject)
      state.old_ids = 1
    end
    state.ids = 0
  end
  redis.call('HSET', new, id, cmsgpack.pack({ expiry, reply }))
  if state.ids == 0 then
    redis.call('PEXPIRE', new, S.decimal(2 * POLICY.id_ttl))
    state.ids_since = now
  end
  state.ids = state.ids + 1
end
