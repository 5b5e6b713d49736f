-- Series: what several limits count together, and the code that reads, judges and counts one.
--
-- A *series* is one kind of thing that is counted: the same events of the same subject, whatever the limits on them.
-- The minute's, the day's and the token limit of messages share one: one sorted set, one row of numbers in the state
-- of the subject. Which series there are, watched.lua says.
--
-- Each series has a few functions, written out for its limits as a person would write them for one series: no loops, no
-- tables, the figures as constants, all from the same few lines below. This is what a verdict costs, so it is worth it.
-- They keep the window that they work on in locals
--   n, total    running number and sum of weights of the last counted event
--   last        its time;  expires: when the sorted set ends
--   f1, b1      per limit: time of the oldest entry inside its window, and what was counted before it. So n - b1 is
--               what the window holds; nothing is inside when that is 0
-- and are
--   read(raw)   takes them from the state;  ask(n, total, last, expires): from the newest entry of the sorted set
--   judge(now, event, spare)    what the limits say at time now to one more event (spare 1: what is left before it).
--               Returns the least that is left of a limit that refuses, its rule, its figure, and until when that
--               holds: then the next entry leaves a window. What is exceeded goes to S.exceed
--   count(key, now, text, weight)   adds the event. Returns the entry's member, whether there is something to settle,
--               and whether it is the first
--   settle(key) trims the sorted set and renews its time to live;  fresh(key): gives it its first
--   reset(now, window)    how long until a window of that length holds nothing, if nothing comes
--   pack()      them as they stand in the state
--   express(…)  all of it in one, for the commonest event: that of a known user at a known address (the stamp of the
--               state says so, see state.lua), where there is room in every limit. Returns the reply, or nil where it
--               is not so; then nothing was written, and sentinel_record goes on with what it read (S.fetched)

S.LIMITS_MOST = 16 -- in one series: Lua allows 60 outer locals in a function

local CODE = [[
local S, series, call, pack, unpacked, sub, decimal = ...
local rules, exceed, slide, log, again, KEEP = series.rules, S.exceed, S.slide, S.log, S.again, series.keep
local stamped_at, still_unlisted = S.stamped_at, S.still_unlisted
local n, total, last, expires = 0, 0, 0, 0
local $firsts

function series.read(raw)
  $row = unpacked('$format', raw, $offset)
  return n > 0 or n == 0 and not S.asking
end

function series.ask(...)
  n, total, last, expires = ...
  $unknown
end

function series.judge(now, event, spare)
  local least, tightest, most, ends = 1 / 0, nil, nil, 1 / 0
  local anonymous, weight, time = event.is_anonymous, $weight, now
  local limit, left
  if last > now then now = last end
$judged
  return least, tightest, most, ends
end

function series.count(key, now, text, weight)
  local fresh = n == 0 and not S.asking
$counted
  return member, $due, fresh
end

function series.settle(key)
  if expires - last < $window then
    if n > 1 then call('ZREMRANGEBYSCORE', key, '-inf', decimal(last - $window)) end
    call('PEXPIRE', key, '$ttl')
    expires = last + $ttl
    series.scope.renewed = true
  end
  if n % 64 == 0 then call('ZREMRANGEBYRANK', key, '0', KEEP) end
end

function series.fresh(key)
  expires, series.scope.renewed = last + $ttl, true
  return call('PEXPIRE', key, '$ttl', 'NX') == 1
end

function series.reset(now, window)
  if n == 0 or last + window < now then return 0 end
  return last + window - now
end

function series.pack()
  return pack('$format', $row)
end

local reply = { 'verdict', 'allow', 'rule', '', 'limit', 0, 'remaining', 0 }
local asked = { is_anonymous = false, weights = {} }

function series.express(place, argv, pairs, user, address, weight, now, text)
  local state = place.users .. user
  local found = call('MGET', place.block_changes, state)
  local raw = found[2]
  if found[1] ~= place.list then S.note_list(found[1]) end
  local since = raw and stamped_at(raw, pairs, address)
  if not since or since ~= place.list_number and not still_unlisted(since, user, address) then
    S.fetched = found
    return nil
  end
  $row = unpacked('$format', raw, $offset)
  if n < 0 then
    S.fetched = found
    return nil
  end
  local least, tightest, most, ends, left
$asking$fitted
  local logged, logged_text = log(argv)
  if not now then now, text = logged, logged_text end
  if now >= place.ends then again(now) end
  if now >= ends then
    asked.weights[$sum], series.scope.subject = weight, 'user:' .. user
    least, tightest, most = series.judge(now, asked, 0)
  end
  local key, fresh = place.user_windows[series] .. user, n == 0
$counted
  if fresh then
    S.undo('ZREM', key, member)
    if not series.fresh(key) then again() end
    call('PEXPIRE', state, series.scope.ttl)
  elseif $due then
    series.settle(key)
    call('PEXPIRE', state, series.scope.ttl)
  end
  call('SETRANGE', state, '$place', pack('$format', $row))
  if not tightest then return { 'verdict', 'allow' } end
  reply[4], reply[6], reply[8] = tightest.id, most, least
  return reply
end
]]

-- One limit in `judge`.
local JUDGED = [[
  if f$i <= now - $window and b$i < $sum then f$i, b$i = slide(series, $i, now, last, $sum) end
  limit = $limit
  left = limit - ($sum - b$i) - $cost
  if left < 0 and $cost > 0 then
    exceed(series, $i, limit, limit - left - $cost, now, f$i, b$i, $cost)
  elseif left + spare * $cost < least and $enforce then
    least, tightest, most = left + spare * $cost, rules[$i], limit
  end
  if f$i + $window < ends and b$i < $sum then ends = f$i + $window end
$aging]]

-- The same for one who has an account, as of the last event.
local FITTED = [[
  left = $registered - ($sum - b$i) - $cost
  if left < 0 then
    S.fetched = found
    return nil
  end
$least
$ends
]]
local LEAST = '  if left < least then least, tightest, most = left, rules[$i], $registered end'
local LEAST_FIRST = '  least, tightest, most = left, rules[$i], $registered'
local ENDS = '  if f$i + $window < ends then ends = f$i + $window end'
local ENDS_FIRST = '  ends = f$i + $window'

-- One event more. Where nothing was counted there should be no sorted set either: nothing of it may be written over.
local COUNTED = [[
  if last > now then now, text = last, decimal(last) end
  local member = $member
  if not fresh then call('ZADD', key, text, member)
  elseif call('ZADD', key, 'NX', text, member) == 0 then again() end
$begun
  n, total, last = n + 1, $total, now
]]

local function filled(template, values)
  return (string.gsub(template, '%$([%a_]+)', values))
end

-- The smallest figure of a limit: what holds for an account whose age is not known yet.
local function least_of(limit)
  local least = limit.limit
  for _, young in ipairs(limit.young or {}) do least = math.min(least, young[2]) end
  return least
end

-- The words for the figure that holds for an event, in terms of event, anonymous and time; see Limit.swift for the
-- order. Time 0 is any time.
function S.limit_words(limit)
  local words = S.decimal(limit.limit)
  for i = #(limit.young or {}), 1, -1 do
    words = format('time - event.born < %.0f and %.0f or %s', limit.young[i][1], limit.young[i][2], words)
  end
  if limit.young then words = format('time == 0 and %.0f or %s', least_of(limit), words) end
  if limit.anonymous then words = format('anonymous and %.0f or %s', limit.anonymous, words) end
  for kind, figure in pairs(limit.by_kind or {}) do
    words = format('event.kind == %q and %.0f or %s', kind, figure, words)
  end
  return words
end

-- The largest figure of a limit.
function S.most_of(limit)
  local most = math.max(limit.limit, limit.anonymous or 0)
  for _, young in ipairs(limit.young or {}) do most = math.max(most, young[2]) end
  for _, figure in pairs(limit.by_kind or {}) do most = math.max(most, figure) end
  return most
end

-- Writes the code of one series and runs it.
function S.equip(series, offset, size)
  local firsts, unknown, judged, fitted, begun, enforced = {}, {}, {}, {}, {}, 0
  for i, rule in ipairs(series.rules) do
    local sum = rule.sum and 'total' or 'n'
    local values = { i = i, window = S.decimal(rule.window), sum = sum, cost = rule.sum and 'weight' or '1',
      limit = S.limit_words(rule), registered = S.decimal(rule.limit), enforce = tostring(rule.enforce),
      -- A limit by age is told only when the time is known.
      aging = rule.young and '  if time == 0 then ends = 0 end\n' or '' }
    firsts[i] = filled('f$i, b$i', values)
    unknown[i] = filled('f$i, b$i = n > 0 and 1 or 0, 0', values) -- 1: older than any window, so it is looked up
    if rule.enforce then enforced = enforced + 1 end
    values.least = not rule.enforce and '' or filled(enforced == 1 and LEAST_FIRST or LEAST, values)
    values.ends = filled(i == 1 and ENDS_FIRST or ENDS, values)
    judged[i], fitted[i] = filled(JUDGED, values), filled(FITTED, values)
    begun[i] = filled('  if b$i == $sum then f$i = now end', values)
  end
  series.format, series.offset = '<' .. string.rep('d', series.bytes / 8), offset
  series.place, series.keep = S.decimal(offset - 1), S.decimal(-series.most - 1)
  local window, ttl = S.decimal(series.window), S.decimal(2 * series.window + MARGIN)
  local counting = {
    member = series.weight and "pack('>I5dd', n + 1, total, weight)" or "pack('>I5', n + 1)",
    total = series.weight and 'total + weight' or 'total', begun = concat(begun, '\n'),
  }
  local code = filled(CODE, {
    format = series.format, offset = offset, size = size, firsts = concat(firsts, ', '), place = series.place,
    unknown = concat(unknown, '\n  '), judged = concat(judged), fitted = concat(fitted),
    row = 'n, ' .. (series.weight and 'total, ' or '') .. 'last, expires, ' .. concat(firsts, ', '),
    weight = series.weight and format('event.weights[%q] or 0', series.weight) or '0',
    sum = format('%q', series.weight or 'none'),
    -- An event of no weight only asks: that is not for the short way.
    asking = series.asks and '  if weight == 0 then\n    S.fetched = found\n    return nil\n  end\n' or '',
    due = 'expires - now < ' .. window .. (series.loose and ' or n % 64 == 0' or ''),
    counted = filled(COUNTED, counting),
    window = window, ttl = ttl,
  })
  assert(loadstring(code, '=series'))(S, series, call, pack, unpacked, sub, S.decimal)
end
