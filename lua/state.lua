-- The state of one subject: a packed string that makes the sorted sets cheap to ask.
--
-- The windows themselves are sorted sets, `<prefix>:w:<series>:<subject>`: one entry per counted event, score = its
-- time in ms, member = its running number (fixed width, so that equal times keep their order) and, where a rule sums
-- a weight, the sum before it and its own weight. A *series* is what several rules count together: the same kinds of
-- event of the same subject; the day's, the minute's and the token limit of messages share one sorted set. It keeps
-- its newest `series.most` entries (and up to 63 more) where no limit of its own keeps it shorter.
--
-- The state string, `<prefix>:s:<scope>:<subject>`, keeps for each series the last running number and sum, and for each
-- rule the oldest entry still inside its window. So the count in a window is one subtraction; only when that
-- oldest entry has left, one ZRANGE finds the next. An entry at time e is inside while now - e < window.
--
-- Layout (little endian): 'S', tag of the policy's layout, whether old ids exist, number of ids and since when,
-- memo bucket; then per series n, total, last, expires and per rule (first time, base); then the memo, a text.
--
-- A scope of the policy carries the state of the running call's subject: loaded, key, subject, raw, the fields of the
-- head, memo; and each of its series has the window as `current`, a row of numbers in the order of the layout.

local HEAD, HEAD_SIZE = '<c1I4I1ddd', 30
local UNKNOWN = -1 -- as n: nothing known yet, ask the sorted set

-- Places in a window; rule i has its first time at FIRST + 2i and its base at BASE + 2i.
local N, TOTAL, LAST, EXPIRES, FIRST, BASE = 1, 2, 3, 4, 3, 4

-- Links each series to its scope, and makes the formats of windows.
S.preparations[#S.preparations + 1] = function()
  for _, scope in ipairs(POLICY.scopes) do
    for _, series in ipairs(scope.series) do
      local doubles = 4 + 2 * #series.rules
      series.state, series.format, series.bytes = scope, '<' .. string.rep('d', doubles), 8 * doubles
      series.place_text = S.decimal(series.offset - 1)
      for _, rule in ipairs(series.rules) do
        -- The policy's figure knows nothing of those who may more without an account than with one.
        if rule.anonymous and rule.anonymous >= series.most then series.most = rule.anonymous + 1 end
      end
    end
  end
end

function S.load_state(scope, subject)
  local key = place.states[scope] .. subject
  local raw = call('GET', key)
  scope.loaded, scope.key, scope.subject, scope.raw = true, key, subject, raw
  -- counted: the series that was; changed: more than that is to be written; renewed: it gets a new time to live.
  scope.counted, scope.changed, scope.renewed = nil, false, false
  local all = scope.series
  for i = 1, #all do all[i].current, all[i].moved = nil, false end
  if not raw then
    scope.old_ids, scope.ids, scope.ids_since, scope.bucket, scope.memo = 0, 0, 0, 0, ''
    return
  end
  local mark, tag
  if #raw >= HEAD_SIZE then
    mark, tag, scope.old_ids, scope.ids, scope.ids_since, scope.bucket = unpacked(HEAD, raw)
  end
  if mark ~= 'S' or (tag == scope.tag and #raw < scope.size) then S.fail_foreign(key) end
  if tag == scope.tag then
    scope.memo = sub(raw, scope.size + 1)
  else
    scope.raw, scope.bucket, scope.memo = nil, 0, '' -- another policy's layout: ask the sets
  end
end

-- Running number, sum before, weight of a member.
local function parse_member(series, member)
  if #member ~= (series.weight and 21 or 5) then S.fail_foreign(place.windows[series] .. series.state.subject) end
  if series.weight then
    local n, before, weight = unpacked('>I5dd', member)
    return n, before, weight
  end
  return unpacked('>I5', member), 0, 0
end

-- The window of a series, asked of its sorted set.
local function find_window(series)
  local last = call('ZRANGE', place.windows[series] .. series.state.subject, '-1', '-1', 'WITHSCORES')
  local window = { 0, 0, 0, 0 }
  if last[1] then
    local n, before, weight = parse_member(series, last[1])
    window[N], window[TOTAL], window[LAST] = n, before + weight, tonumber(last[2])
  end
  for i = 1, #series.rules do
    window[FIRST + 2 * i], window[BASE + 2 * i] = last[1] and 1 or 0, 0 -- 1: older than any window, so it is looked up
  end
  return window
end

-- The window of a series, as of the state; asked of the sorted set where the state does not know it.
function S.window(series)
  local raw = series.state.raw
  local window = raw and { unpacked(series.format, raw, series.offset) }
  if not window or window[N] == UNKNOWN then window = find_window(series) end
  series.current = window
  return window
end

-- What rule i of the series has used of its limit at time now, whether its oldest entry is still inside or not.
function S.used(window, series, i, now)
  local rule, first = series.rules[i], window[FIRST + 2 * i]
  local edge = now - rule.window
  if first > 0 and first <= edge then
    first = 0
    local base = rule.sum and window[TOTAL] or window[N]
    if window[LAST] > edge then
      local entry = call('ZRANGE', place.windows[series] .. series.state.subject, '(' .. S.decimal(edge), '+inf',
        'BYSCORE', 'LIMIT', '0', '1', 'WITHSCORES')
      if entry[1] then -- else somebody took entries away: what is left is nothing
        local n, before = parse_member(series, entry[1])
        first, base = tonumber(entry[2]), rule.sum and before or n - 1
      end
    end
    window[FIRST + 2 * i], window[BASE + 2 * i] = first, base
  end
  if first == 0 then return 0 end
  return (rule.sum and window[TOTAL] or window[N]) - window[BASE + 2 * i]
end

-- How long until `excess` of what rule i has used will have left its window, in ms.
function S.wait(window, series, i, excess, now)
  local rule = series.rules[i]
  if not rule.sum and excess <= 1 then return window[FIRST + 2 * i] + rule.window - now end
  local key, edge = place.windows[series] .. series.state.subject, '(' .. S.decimal(now - rule.window)
  if not rule.sum then
    local entry = call('ZRANGE', key, edge, '+inf', 'BYSCORE', 'LIMIT', S.decimal(excess - 1), '1', 'WITHSCORES')
    return (tonumber(entry[2]) or now) + rule.window - now
  end
  local position = 0
  while true do
    local entries = call('ZRANGE', key, edge, '+inf', 'BYSCORE', 'LIMIT', S.decimal(position), '64', 'WITHSCORES')
    for k = 1, #entries, 2 do
      local _, before, weight = parse_member(series, entries[k])
      if before + weight - window[BASE + 2 * i] >= excess then return tonumber(entries[k + 1]) + rule.window - now end
    end
    if #entries < 128 then return rule.window end
    position = position + 64
  end
end

-- Adds one counted event, at time now (`text`: the same as decimal text), to the window.
function S.count(series, weight, now, text)
  local window, state, rules = series.current, series.state, series.rules
  local last = window[LAST]
  if last > now then now, text = last, S.decimal(last) end
  local n, before = window[N] + 1, window[TOTAL]
  local key = place.windows[series] .. state.subject
  local member = series.weight and pack('>I5dd', n, before, weight) or pack('>I5', n)
  call('ZADD', key, text, member)
  S.undo('ZREM', key, member)
  for i = 1, #rules do
    if window[FIRST + 2 * i] == 0 then
      window[FIRST + 2 * i], window[BASE + 2 * i] = now, rules[i].sum and before or n - 1
    end
  end
  window[N], window[TOTAL], window[LAST] = n, before + weight, now
  if state.counted or not state.raw then state.changed = true end
  state.counted, series.moved = series, true
end

-- Trims a counted series and renews its time to live. Once per window length there is something to do, and at each
-- 64th entry.
local function settle(series, window)
  local now, length = window[LAST], series.window
  local key = place.windows[series] .. series.state.subject
  if window[EXPIRES] - now < length then
    if window[N] > 1 then call('ZREMRANGEBYSCORE', key, '-inf', S.decimal(now - length)) end
    call('PEXPIRE', key, S.decimal(2 * length))
    window[EXPIRES] = now + 2 * length
    series.state.renewed = true
  end
  if window[N] % 64 == 0 then -- a series whose rules only alert has no limit of its own
    call('ZREMRANGEBYRANK', key, '0', S.decimal(-series.most - 1))
  end
end

-- Writes a state back. What was counted renews its own time to live in time, and a state lives longer than any of its
-- series: so it needs a new one only when a series got one, or when nothing was counted.
local function save_state(scope)
  local counted, raw = scope.counted, scope.raw
  if counted and not scope.changed and not scope.renewed then -- the usual case: one series moved on
    call('SETRANGE', scope.key, counted.place_text, pack(counted.format, unpack(counted.current)))
    return
  end
  local parts = { pack(HEAD, 'S', scope.tag, scope.old_ids, scope.ids, scope.ids_since, scope.bucket) }
  for i, series in ipairs(scope.series) do
    if series.moved then -- the window of a refused event is not kept: the next one may be earlier
      parts[i + 1] = pack(series.format, unpack(series.current))
    elseif raw then
      parts[i + 1] = sub(raw, series.offset, series.offset + series.bytes - 1)
    else
      parts[i + 1] = pack('<d', UNKNOWN) .. string.rep('\0', series.bytes - 8)
    end
  end
  parts[#parts + 1] = scope.memo
  if raw and counted and not scope.renewed then
    call('SET', scope.key, concat(parts), 'KEEPTTL')
  else
    call('SET', scope.key, concat(parts), 'PX', scope.ttl)
  end
end

-- Writes back all states that changed. Comes after the last write that can fail: none of these can.
function S.save_states()
  local scopes = POLICY.scopes
  for i = 1, #scopes do
    local scope = scopes[i]
    if scope.loaded and (scope.changed or scope.counted) then
      local all = scope.series
      for k = 1, #all do
        local series = all[k]
        local window = series.moved and series.current
        if window and (window[EXPIRES] - window[LAST] < series.window or window[N] % 64 == 0) then
          settle(series, window)
        end
      end
      save_state(scope)
    end
  end
end
