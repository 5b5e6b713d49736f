-- The state of one subject: a packed string that makes the sorted sets cheap to ask.
--
-- The windows themselves are sorted sets, `<prefix>:w:<series>:<subject>`: one entry per counted event, score = its
-- time in ms, member = its running number (fixed width, so that equal times keep their order) and, where a rule sums
-- a weight, the sum before it and its own weight. A *series* is what several rules count together: the same kinds of
-- event of the same subject; the day's, the minute's and the token limit of messages share one sorted set.
--
-- The state string, `<prefix>:s:<scope>:<subject>`, keeps for each series the last running number and sum, and for each
-- rule the oldest entry still inside its window. So the count in a window is one subtraction; only when that
-- oldest entry has left, one ZRANGE finds the next. An entry at time e is inside while now - e < window.
--
-- Layout (little endian): 'S', tag of the policy's layout, whether old ids exist, number of ids and since when,
-- memo bucket; then per series n, total, last, expires and per rule (first time, base); then the memo, a text.

local PREFIX, PREFIX_SIZE = '<c1I4I1ddd', 30
local UNKNOWN = -1 -- as n: nothing known yet, ask the sorted set

-- Formats of k doubles.
local doubles = {}
local function format_of(k)
  local format = doubles[k]
  if not format then
    format = '<' .. string.rep('d', k)
    doubles[k] = format
  end
  return format
end

function S.load_state(prefix, scope, subject)
  local key = prefix .. ':s:' .. scope.id .. ':' .. subject
  local raw = redis.call('GET', key)
  local state = { prefix = prefix, key = key, raw = raw, scope = scope, subject = subject, windows = {} }
  if not raw then
    state.old_ids, state.ids, state.ids_since, state.bucket, state.memo = 0, 0, 0, 0, ''
    return state
  end
  local mark, tag
  if #raw >= PREFIX_SIZE then
    mark, tag, state.old_ids, state.ids, state.ids_since, state.bucket = struct.unpack(PREFIX, raw)
  end
  if mark ~= 'S' or (tag == scope.tag and #raw < scope.size) then
    S.fail('BADSTATE', 'key ' .. S.shown(key) .. ' holds a value that this library did not write')
  end
  if tag == scope.tag then
    state.memo = string.sub(raw, scope.size + 1)
  else
    state.raw, state.bucket, state.memo, state.replaced = nil, 0, '', true -- another policy's layout: ask the sets
  end
  return state
end

-- The window of a series, as of the state; asked of the sorted set where the state does not know it.
function S.window(state, series)
  local window = state.windows[series.place]
  if window then return window end
  local rules = #series.rules
  window = { key = state.prefix .. ':w:' .. series.id .. ':' .. state.subject, first = {}, base = {} }
  local values
  if state.raw then
    values = { struct.unpack(format_of(4 + 2 * rules), state.raw, series.offset) }
  end
  if values and values[1] ~= UNKNOWN then
    window.n, window.total, window.last, window.expires = values[1], values[2], values[3], values[4]
    for i = 1, rules do
      window.first[i], window.base[i] = values[3 + 2 * i], values[4 + 2 * i]
    end
  else
    local last = redis.call('ZRANGE', window.key, '-1', '-1', 'WITHSCORES')
    window.n, window.total, window.last, window.expires = 0, 0, 0, 0
    if last[1] then
      local n, before, weight = S.member(series, last[1], window.key)
      window.n, window.total, window.last = n, before + weight, tonumber(last[2])
    end
    for i = 1, rules do
      window.first[i], window.base[i] = last[1] and 1 or 0, 0 -- 1: older than any window, so it is looked up
    end
  end
  state.windows[series.place] = window
  return window
end

-- Running number, sum before, weight of a member.
function S.member(series, member, key)
  if #member ~= (series.weight and 21 or 5) then
    S.fail('BADSTATE', 'key ' .. S.shown(key) .. ' holds a member that this library did not write')
  end
  if series.weight then
    local n, before, weight = struct.unpack('>I5dd', member)
    return n, before, weight
  end
  return struct.unpack('>I5', member), 0, 0
end

-- What rule i of the series has used of its limit at time now.
function S.used(window, series, i, now)
  local rule = series.rules[i]
  local first, edge = window.first[i], now - rule.window
  if first > 0 and first <= edge then
    local sum = rule.sum
    if window.last <= edge then
      window.first[i], window.base[i] = 0, sum and window.total or window.n
    else
      local entry = redis.call('ZRANGE', window.key, '(' .. S.decimal(edge), '+inf', 'BYSCORE', 'LIMIT', '0', '1',
        'WITHSCORES')
      if entry[1] then
        local n, before = S.member(series, entry[1], window.key)
        window.first[i], window.base[i] = tonumber(entry[2]), sum and before or n - 1
      else -- somebody took entries away: what is left is nothing
        window.first[i], window.base[i] = 0, sum and window.total or window.n
      end
    end
  end
  if window.first[i] == 0 then return 0 end
  return (rule.sum and window.total or window.n) - window.base[i]
end

-- How long until `excess` of what rule i has used will have left its window, in ms.
function S.wait(window, series, i, excess, now)
  local rule = series.rules[i]
  if not rule.sum then
    if excess <= 1 then return window.first[i] + rule.window - now end
    local entry = redis.call('ZRANGE', window.key, '(' .. S.decimal(now - rule.window), '+inf', 'BYSCORE', 'LIMIT',
      S.decimal(excess - 1), '1', 'WITHSCORES')
    return (tonumber(entry[2]) or now) + rule.window - now
  end
  local position, edge = 0, '(' .. S.decimal(now - rule.window)
  while true do
    local entries = redis.call('ZRANGE', window.key, edge, '+inf', 'BYSCORE', 'LIMIT', S.decimal(position), '64',
      'WITHSCORES')
    for k = 1, #entries, 2 do
      local _, before, weight = S.member(series, entries[k], window.key)
      if before + weight - window.base[i] >= excess then return tonumber(entries[k + 1]) + rule.window - now end
    end
    if #entries < 128 then return rule.window end
    position = position + 64
  end
end

-- Adds one counted event to the window: one ZADD, and once per window length the trimming and the TTL.
-- Returns the member, so that a later failure can take it out again.
function S.count(window, series, weight, now)
  local n, before = window.n + 1, window.total
  local member = series.weight and struct.pack('>I5dd', n, before, weight) or struct.pack('>I5', n)
  redis.call('ZADD', window.key, S.decimal(now), member)
  for i, rule in ipairs(series.rules) do
    if window.first[i] == 0 then
      window.first[i], window.base[i] = now, rule.sum and before or n - 1
    end
  end
  if window.expires - now < series.window then
    if window.last > 0 then redis.call('ZREMRANGEBYSCORE', window.key, '-inf', S.decimal(now - series.window)) end
    redis.call('PEXPIRE', window.key, S.decimal(2 * series.window))
    window.expires = now + 2 * series.window
  end
  if n % 64 == 0 then -- a series whose rules only alert has no limit of its own
    redis.call('ZREMRANGEBYRANK', window.key, '0', S.decimal(-series.most - 1))
  end
  window.n, window.total, window.last = n, before + weight, now
  return member
end

-- Writes the state back, with what changed.
function S.save_state(state)
  local scope = state.scope
  local parts = { struct.pack(PREFIX, 'S', scope.tag, state.old_ids, state.ids, state.ids_since, state.bucket) }
  for i, series in ipairs(scope.series) do
    local window, rules = state.windows[series.place], #series.rules
    if window then
      local values = { window.n, window.total, window.last, window.expires }
      for k = 1, rules do
        values[3 + 2 * k], values[4 + 2 * k] = window.first[k], window.base[k]
      end
      parts[i + 1] = struct.pack(format_of(4 + 2 * rules), unpack(values))
    elseif state.raw then
      parts[i + 1] = string.sub(state.raw, series.offset, series.offset + 8 * (4 + 2 * rules) - 1)
    else
      parts[i + 1] = struct.pack('<d', UNKNOWN) .. string.rep('\0', 8 * (3 + 2 * rules))
    end
  end
  parts[#parts + 1] = state.memo
  redis.call('SET', state.key, table.concat(parts), 'PX', scope.ttl)
end
