-- The audit log: what people and the coordinator changed, in a chain.
--
-- `<prefix>:audit` is a stream of the newest POLICY.audit_most entries: n (from 1, without holes), at (ms), by, what,
-- subject, before, after, note, prev and hash. hash = SHA-1, in hexadecimal, of prev, which is the hash of the entry
-- before (40 zeros for the first), and of the eight fields from n to note in this order, each as `<bytes>:<value>`.
-- `<prefix>:audit:head` holds '<n> <hash>' of the newest entry: so an entry that is taken from the end is missed too.
-- What the chain proves and what it does not: docs/redis.md.
--
-- `<prefix>:acts:<subject>` (list of JSON: what, at, by, note, after) has the newest ACTS_MOST to 2 * ACTS_MOST changes
-- that were made about one subject, for its timeline; it lives for POLICY.retention after the last.

local HEAD = ':audit:head'
local ACTS = { block = true, unblock = true, allow = true, disallow = true, review = true }
local ACTS_MOST = 32
local BEGINNING = '0000000000000000000000000000000000000000'

-- Fails where what stands there is not of this library; before the first write of a change.
function S.validate_audit(prefix)
  S.want_type(prefix .. ':audit', 'stream')
  local key = prefix .. HEAD
  S.want_type(key, 'string')
  local head = call('GET', key)
  if head and not (#head <= 57 and #head >= 42 and find(head, '^%d+ [0-9a-f]+$')) then S.fail_foreign(key) end
end

-- Fails where the changes of a subject are not of this library.
function S.validate_acts(prefix, subject) S.want_type(prefix .. ':acts:' .. subject, 'list') end

-- Notes a change for the timeline of its subject.
function S.act(prefix, now, by, what, subject, change)
  local key = prefix .. ':acts:' .. subject
  local text = '{"what":"' .. what .. '","at":' .. S.decimal(now) .. ',"by":' .. cjson.encode(by) .. ',"note":'
    .. cjson.encode(change.note or '') .. ',"after":' .. cjson.encode(change.after or '') .. ',"before":'
    .. cjson.encode(change.before or '') .. '}'
  if call('RPUSH', key, text) > 2 * ACTS_MOST then call('LTRIM', key, -ACTS_MOST, '-1') end
  call('PEXPIRE', key, POLICY.retention)
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
  if ACTS[what] and subject ~= '' then S.act(prefix, now, by, what, subject, change) end
end
