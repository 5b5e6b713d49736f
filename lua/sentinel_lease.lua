-- sentinel_lease: takes, keeps or gives back the lease of a partition, for coordinators.
--
-- FCALL sentinel_lease 1 <namespace>:{<partition>} owner <name> ttl <ms> [release 1] [task webhooks]
--
-- Replies: owner <who holds it now> epoch <fencing token> ttl <ms left> policy <hash> (owner '' after a release).
-- Taking succeeds when nobody holds it; keeping extends it and leaves the epoch. Both make the consumer group
-- `coordinator` of the event log where it is missing; its position is the durable cursor. With `task` it is the lease
-- of another work, which needs no group.

local NAME = 'sentinel_lease'
local KNOWN = { owner = true, ttl = true, release = true, task = true }

S.register(NAME, {}, function(keys, argv)
  local prefix = S.partition(NAME, keys)
  local wish = S.fields(NAME, argv, KNOWN)
  local owner = S.text(NAME, 'owner', S.bounded(NAME, 'owner', S.required(NAME, wish, 'owner'), 128), 128)
  local ttl = S.integer(NAME, 'ttl', S.required(NAME, wish, 'ttl'), 100, 600000)
  if wish.release and wish.release ~= '1' then
    S.fail('BADARG', NAME .. ': release is ' .. S.shown(wish.release) .. ', want 1')
  end
  if wish.task and wish.task ~= 'webhooks' then
    S.fail('BADARG', NAME .. ': task is ' .. S.shown(wish.task) .. ', want webhooks')
  end
  local task = wish.task and ':' .. wish.task or ''
  local key, counter = prefix .. ':lease' .. task, prefix .. ':seq:lease' .. task
  S.want_type(key, 'hash')
  local standing, epoch = call('HGET', key, 'owner'), call('HGET', key, 'epoch')
  if standing and not (epoch and #epoch <= 18 and find(epoch, '^%d+$')) then S.fail_foreign(key) end
  if standing and standing ~= owner then
    return { 'owner', standing, 'epoch', epoch, 'ttl', call('PTTL', key), 'policy', POLICY.hash }
  end
  if wish.release then
    call('DEL', key)
    return { 'owner', '', 'epoch', '0', 'ttl', 0, 'policy', POLICY.hash }
  end
  if not wish.task then
    S.want_type(prefix .. ':events', 'stream')
    -- Each time: somebody may have deleted the log. BUSYGROUP says that the group is there.
    redis.pcall('XGROUP', 'CREATE', prefix .. ':events', 'coordinator', '0', 'MKSTREAM', 'ENTRIESREAD', '0')
  end
  if not standing then
    S.want_counter(counter)
    epoch = S.decimal(call('INCR', counter))
    call('HSET', key, 'owner', owner, 'epoch', epoch)
  end
  call('PEXPIRE', key, S.decimal(ttl))
  return { 'owner', owner, 'epoch', epoch, 'ttl', ttl, 'policy', POLICY.hash }
end)
