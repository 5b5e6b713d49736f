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

-- One more.
function S.tally(prefix, name)
  local key = stats_key(prefix)
  if call('HINCRBY', key, name, '1') == 1 then call('PEXPIRE', key, POLICY.retention) end
end
