-- Ids of events that were answered already: the same id again changes nothing and gets the same answer.
--
-- Two hashes per subject, `<prefix>:i:<subject>` (new) and `<prefix>:j:<subject>` (old): id -> expiry and answer. When
-- the new one holds POLICY.ids of them, or is POLICY.id_ttl old, it becomes the old one. So at least the last
-- POLICY.ids ids of a subject are known, each for at least POLICY.id_ttl, and no subject keeps more than twice as many.
-- A refusal is remembered only until the time it names: then the same event may be tried again.

-- The answer given to this id and until when it stands, or nil. `state`: the scope that carries the actor's.
function S.remembered(prefix, state, id)
  S.decode(state)
  state.stale_answer = nil
  local value, key
  if state.ids > 0 then
    key = prefix .. ':i:' .. state.subject
    value = call('HGET', key, id)
    state.stale_answer = value
  end
  if not value and state.old_ids == 1 then
    key = prefix .. ':j:' .. state.subject
    value = call('HGET', key, id)
  end
  if not value then return nil end
  local known, answer = pcall(cmsgpack.unpack, value)
  if not known or type(answer) ~= 'table' or type(answer[1]) ~= 'number' or type(answer[2]) ~= 'table' then
    S.fail_foreign(key)
  end
  return answer[2], answer[1]
end

-- Remembers the answer until `expiry`; the caller saves the state afterwards.
function S.remember(prefix, state, id, reply, now, expiry)
  local new, answer = prefix .. ':i:' .. state.subject, cmsgpack.pack({ expiry, reply })
  if state.ids > 0 and (state.ids >= POLICY.ids or now - state.ids_since >= POLICY.id_ttl) then
    local old = prefix .. ':j:' .. state.subject
    -- Renaming cannot be taken back: what comes after it must not fail on a foreign type.
    call('HLEN', old)
    call('XLEN', place.events)
    if call('EXISTS', new) == 1 then
      call('RENAME', new, old)
      state.old_ids = 1
    end
    state.ids = 0
    call('HSET', new, id, answer)
  else
    call('HSET', new, id, answer)
    if state.stale_answer then S.undo('HSET', new, id, state.stale_answer) else S.undo('HDEL', new, id) end
  end
  if state.ids == 0 then
    call('PEXPIRE', new, S.decimal(2 * POLICY.id_ttl + MARGIN))
    state.ids_since = now
  end
  state.ids = state.ids + 1
  state.changed = true
end
