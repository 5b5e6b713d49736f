-- What changes share: the fence of the lease, and the check before the first write.
--
-- The lease of a partition: who may raise and commit. `<prefix>:lease` (hash: owner, epoch) with a TTL, and
-- `<prefix>:seq:lease`, whose number grows with each new owner: the fencing token.

-- Fails when `epoch` is given and is not the standing lease's.
function S.fence(name, prefix, epoch)
  if not epoch then return end
  local standing = redis.call('HGET', prefix .. ':lease', 'epoch')
  if standing ~= epoch then
    S.fail('FENCED', name .. ': epoch ' .. S.shown(epoch) .. ' is over'
      .. (standing and ', the partition is at ' .. standing or ', the partition has no owner'))
  end
end

-- Touches every key a change writes to, so that a foreign type fails before the first write.
function S.validate_for_change(namespace, prefix)
  for _, counter in ipairs({ 'alerts', 'blocks', 'refs', 'incidents' }) do
    local value = redis.call('GET', prefix .. ':seq:' .. counter)
    if value and not string.find(value, '^%d+$') then
      S.fail('BADSTATE', 'key ' .. S.shown(prefix .. ':seq:' .. counter)
        .. ' holds a value that this library did not write')
    end
  end
  redis.call('XLEN', prefix .. ':audit')
  redis.call('XLEN', prefix .. ':events')
  redis.call('XLEN', namespace .. ':alerts:log')
  redis.call('ZCARD', prefix .. ':incidents')
  redis.call('ZCARD', prefix .. ':blocks')
  redis.call('ZCARD', prefix .. ':allow')
  redis.call('HLEN', prefix .. ':block')
  redis.call('HLEN', prefix .. ':allowed')
end
