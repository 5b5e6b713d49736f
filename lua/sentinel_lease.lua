-- sentinel_lease: takes, keeps or gives back the lease of a partition, for coordinators.
--
-- FCALL sentinel_lease 1 <namespace>:{<partition>} owner <name> ttl <ms> [release 1]
--
-- Replies: owner <who holds it now> epoch <fencing token> ttl <ms left> (owner '' after a release). Taking succeeds
-- when
-- nobody holds it; keeping extends it and leaves the epoch. Both make the consumer group `coordinator` of the event
-- log where it is missing; its position is the durable cursor.

local NAME = 'sentinel_lease'
local KNOWN = { owner = true, ttl = true, release = true }

S.register(NAME, {}, function(keys, argv)
  local prefix = S.partition(NAME, keys)
  local wish = S.fields(NAME, argv, KNOWN)
  local owner = S.text(NAME, 'owner', S.bounded(NAME, 'owner', S.required(NAME, wish, 'owner'), 128), 128)
  local ttl = S.integer(NAME, 'ttl', S.required(NAME, wish, 'ttl'), 100, 600000)
  local key = prefix .. ':lease'
  local standing = redis.call('HGET', key, 'owner')
  if standing and standing ~= owner then
    return { 'owner', standing, 'epoch', redis.call('HGET', key, 'epoch'), 'ttl', redis.call('PTTL', key) }
  end
  if wish.release then
    redis.call('DEL', key)
    return { 'owner', '', 'epoch', '0', 'ttl', 0 }
  end
  redis.call('XLEN', prefix .. ':events')
  -- Each time: somebody may have deleted the log. BUSYGROUP says that the group is there.
  redis.pcall('XGROUP', 'CREATE', prefix .. ':events', 'coordinator', '0', 'MKSTREAM', 'ENTRIESREAD', '0')
  if not standing then
    redis.call('HSET', key, 'owner', owner, 'epoch', S.decimal(redis.call('INCR', prefix .. ':seq:lease')))
  end
  redis.call('PEXPIRE', key, S.decimal(ttl))
  return { 'owner', owner, 'epoch', redis.call('HGET', key, 'epoch'), 'ttl', ttl }
end)
