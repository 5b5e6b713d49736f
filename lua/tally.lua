-- The counters of a day, `<prefix>:stats:<UTC day>`: a fixed set of names and those of the policy's rules. Days are
-- those of Redis, in a replay too, as where the coordinator counts events.

local DAY = 86400000

local function stats_key(prefix) return prefix .. ':stats:' .. S.decimal(floor(S.now('stats', prefix) / DAY)) end

-- Fails where the counter cannot grow; before the first write of a change.
function S.validate_tally(prefix, name)
  local key = stats_key(prefix)
  S.want_type(key, 'hash')
  S.want_count(key, name)
end

-- So many more; one where nothing is said.
function S.tally(prefix, name, count)
  local key = stats_key(prefix)
  count = count or 1
  if call('HINCRBY', key, name, S.decimal(count)) == count then call('PEXPIRE', key, POLICY.retention) end
end
