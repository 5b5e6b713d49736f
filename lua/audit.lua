-- The audit log: what people and the coordinator changed, in a chain.
--
-- `<prefix>:audit` is a stream of the newest POLICY.audit_most entries: n (from 1, without holes), at (ms), by, what,
-- subject, before, after, note, prev and hash. hash = SHA-1, in hexadecimal, of prev, which is the hash of the entry
-- before (40 zeros for the first), and of the eight fields from n to note in this order, each as `<bytes>:<value>`.
-- `<prefix>:audit:head` holds '<n> <hash>' of the newest entry: so an entry that is taken from the end is missed too.
-- What the chain proves and what it does not: docs/redis.md.

local HEAD = ':audit:head'
local BEGINNING = '0000000000000000000000000000000000000000'

-- Fails where what stands there is not of this library; before the first write of a change.
function S.validate_audit(prefix)
  S.want_type(prefix .. ':audit', 'stream')
  local key = prefix .. HEAD
  S.want_type(key, 'string')
  local head = call('GET', key)
  if head and not (#head <= 57 and #head >= 42 and find(head, '^%d+ [0-9a-f]+$')) then S.fail_foreign(key) end
end

-- Adds an entry. `change`: before, after, note; each a text, or nil.
function S.audit(prefix, now, by, what, subject, change)
  local n, prev = match(call('GET', prefix .. HEAD) or '0 ' .. BEGINNING, '^(%d+) (%x+)$')
  local entry = {
    S.decimal(tonumber(n) + 1), S.decimal(now), by, what, S.printable(subject), change.before or '',
    change.after or '', change.note or '',
  }
  local parts = { prev }
  for i, value in ipairs(entry) do parts[i + 1] = #value .. ':' .. value end
  local hash = redis.sha1hex(concat(parts))
  call('XADD', prefix .. ':audit', 'MAXLEN', '~', POLICY.audit_most, '*', 'n', entry[1], 'at', entry[2], 'by', by,
    'what', what, 'subject', entry[5], 'before', entry[6], 'after', entry[7], 'note', entry[8], 'prev', prev,
    'hash', hash)
  call('SET', prefix .. HEAD, entry[1] .. ' ' .. hash)
end
