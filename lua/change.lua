-- What changes share: the fence of the lease, and the check before the first write.
--
-- The lease of a partition: who may raise and commit. `<prefix>:lease` (hash: owner, epoch) with a TTL, and
-- `<prefix>:seq:lease`, whose number grows with each new owner: the fencing token. Of the task webhooks the same, as
-- `<prefix>:lease:webhooks` and `<prefix>:seq:lease:webhooks`.

-- Fails when `epoch` is given and is not the standing lease's, of the partition or of a task.
function S.fence(name, prefix, epoch, task)
  if not epoch then return end
  local key = prefix .. ':lease' .. (task and ':' .. task or '')
  S.want_type(key, 'hash')
  local standing = call('HGET', key, 'epoch')
  if standing ~= epoch then
    S.fail('FENCED', name .. ': epoch ' .. S.shown(epoch) .. ' is over'
      .. (standing and ', the partition is at ' .. S.shown(standing) or ', the partition has no owner'))
  end
end

-- Fails unless the key is of that type, or missing.
function S.want_type(key, wanted)
  local is = call('TYPE', key).ok
  if is ~= 'none' and is ~= wanted then
    S.fail('BADSTATE', 'key ' .. S.shown(key) .. ' is a ' .. is .. ', this library writes a ' .. wanted .. ' there')
  end
end

-- Fails unless the key is missing or holds a number that INCR can still raise.
function S.want_counter(key)
  S.want_type(key, 'string')
  local value = call('GET', key)
  if value and (not find(value, '^%d+$') or #value > 18) then S.fail_foreign(key) end
end

-- The same of a field of a hash, whose type is checked already.
function S.want_count(key, field)
  local value = call('HGET', key, field)
  if value and (not find(value, '^%d+$') or #value > 18) then S.fail_foreign(key) end
end

-- Looks at every key that a change about this subject writes to, so that a foreign one fails before the first write.
function S.validate_for_change(namespace, prefix, subject)
  local counters = { ':seq:alerts', ':seq:blocks', ':seq:refs', ':seq:incidents', ':repeats:' .. subject }
  for i, name in ipairs(counters) do counters[i] = prefix .. name end
  local values = call('MGET', unpack(counters))
  for i, key in ipairs(counters) do
    local value = values[i]
    -- Without a value there is no key, or one of another type.
    if not value then S.want_type(key, 'string')
    elseif not find(value, '^%d+$') or #value > 18 then S.fail_foreign(key) end
  end
  S.validate_audit(prefix)
  S.want_type(prefix .. ':events', 'stream')
  S.want_type(namespace .. ':alerts:log', 'stream')
  S.want_type(namespace .. ':blocks:log', 'stream')
  for _, set in ipairs({ ':incidents', ':blocks', ':allow' }) do S.want_type(prefix .. set, 'zset') end
  for _, hash in ipairs({ ':block', ':allowed', ':open:' .. subject }) do S.want_type(prefix .. hash, 'hash') end
  for _, text in ipairs({ prefix .. ':mark:', namespace .. ':block:', namespace .. ':allow:' }) do
    S.want_type(text .. subject, 'string')
  end
  S.validate_acts(prefix, subject)
  S.open_incidents(prefix .. ':open:' .. subject, 0)
  S.stored_block(prefix, subject)
  S.validate_allow(prefix, subject)
end

-- Whether evidence on the subject up to now is spent: it was unblocked since.
function S.is_spent(prefix, subject, now)
  local key = prefix .. ':mark:' .. subject
  local mark = call('GET', key)
  if mark and not find(mark, '^%d+$') then S.fail_foreign(key) end
  return mark and now <= tonumber(mark)
end
