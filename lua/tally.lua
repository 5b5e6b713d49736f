-- The counters of a day, `<prefix>:stats:<UTC day>`: a fixed set of names and those of the policy's rules.

local DAY = 86400000

-- The hash of the day that `now` (ms) is in.
function S.stats_key(prefix, now) return prefix .. ':stats:' .. S.decimal(floor(now / DAY)) end

-- Fails where the counter cannot grow; before the first write of a change.
function S.validate_tally(prefix, now, name)
  local key = S.stats_key(prefix, now)
  S.want_type(key, 'hash')
  S.want_count(key, name)
end

-- One more.
function S.tally(prefix, now, name)
  local key = S.stats_key(prefix, now)
  if call('HINCRBY', key, name, '1') == 1 then call('PEXPIRE', key, POLICY.retention) end
end
