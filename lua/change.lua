-- What changes share: the fence of the lease, and the check before the first write.
--
-- The lease of a partition: who may raise and commit. `<prefix>:lease` (hash: owner, epoch) with a TTL, and
-- `<prefix>:seq:lease`, whose number grows with each new owner: the fencing token.

-- Fails when `epoch` is given and is not the standing lease's.
function S.fence(name, prefix, epoch)
  if not epoch then return end
  local standing = call('HGET', prefix .. ':lease', 'epoch')
  if standing ~= epoch then
    S.fail('FENCED', name .. ': epoch ' .. S.shown(epoch) .. ' is over'
      .. (standing and ', the partition is at ' .. standing or ', the partition has no owner'))
  end
end

-- Touches every key a change writes to, so that a foreign type fails before the first write.
function S.validate_for_change(namespace, prefix)
  for _, counter in ipairs({ 'alerts', 'blocks', 'refs', 'incidents' }) do
    local value = call('GET', prefix .. ':seq:' .. counter)
    if value and not find(value, '^%d+$') then
      S.fail('BADSTATE', 'key ' .. S.shown(prefix .. ':seq:' .. counter)
        .. ' holds a value that this library did not write')
    end
  end
  call('XLEN', prefix .. ':audit')
  call('XLEN', prefix .. ':events')
  call('XLEN', namespace .. ':alerts:log')
  call('ZCARD', prefix .. ':incidents')
  call('ZCARD', prefix .. ':blocks')
  call('ZCARD', prefix .. ':allow')
  call('HLEN', prefix .. ':block')
  call('HLEN', prefix .. ':allowed')
end
