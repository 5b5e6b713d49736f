-- Series: what several limits count together, and the code that reads, judges and counts one.
--
-- A *series* is one kind of thing that is counted: the same events of the same subject, whatever the limits on them.
-- The minute's, the day's and the token limit of messages share one: one sorted set, one row of numbers in the state
-- of the subject. A *scope* is whose state that is: `actor` (the user, or the address where there is no user; it also
-- serves what is counted per user), `ip` and so on.
--
-- POLICY.watches is the list of what the rules count. The first call makes series and scopes of it, and for each series
-- a few functions, written out for its limits as a person would write them for one series: no loops, no tables, the
-- figures as constants, all from the same few lines below. This is what a verdict costs, so it is worth it. They keep
-- the window that they work on in locals
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

local SLICES = 12 -- of a window of distinct values: a finer slide costs more HyperLogLogs
local MOST = 16 -- limits in one series: Lua allows 60 outer locals in a function

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
  if not since or since ~= place.list_number and not still_unlisted(since, 'user:' .. user, address) then
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

-- One event more.
local COUNTED = [[
  if last > now then now, text = last, decimal(last) end
  local member = $member
  $add
$begun
  n, total, last = n + 1, $total, now
]]
-- Where nothing was counted there should be no sorted set either: nothing of it may be written over.
local ADD = [[if not fresh then call('ZADD', key, text, member)
  elseif call('ZADD', key, 'NX', text, member) == 0 then again() end]]

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
local function limit_words(limit)
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
local function most_of(limit)
  local most = math.max(limit.limit, limit.anonymous or 0)
  for _, young in ipairs(limit.young or {}) do most = math.max(most, young[2]) end
  for _, figure in pairs(limit.by_kind or {}) do most = math.max(most, figure) end
  return most
end

-- Writes the code of one series and runs it.
local function equip(series, offset, size)
  local firsts, unknown, judged, fitted, begun, enforced = {}, {}, {}, {}, {}, 0
  for i, rule in ipairs(series.rules) do
    local sum = rule.sum and 'total' or 'n'
    local values = { i = i, window = S.decimal(rule.window), sum = sum, cost = rule.sum and 'weight' or '1',
      limit = limit_words(rule), registered = S.decimal(rule.limit), enforce = tostring(rule.enforce),
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
    total = series.weight and 'total + weight' or 'total', begun = concat(begun, '\n'), add = ADD,
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

local function scope_of(per, scopes)
  local id = per == 'user' and 'actor' or per
  local scope = scopes[id]
  if not scope then
    scope = { id = id, series = {}, sets = {}, ttl = 2 * POLICY.id_ttl + MARGIN, loaded = 0 }
    scopes[id] = scope
    SCOPES[#SCOPES + 1] = scope
  end
  return scope
end

-- Whether a series has room for one more limit. It weighs one thing alone.
local function takes(series, watch)
  return #series.rules < MOST and (not watch.sum or not series.weight or series.weight == watch.sum)
end

-- The conditions of a watch as a short text of its own.
local function digest_of(where)
  local parts = {}
  for _, condition in ipairs(where) do
    parts[#parts + 1] = cjson.encode({ condition.field, condition.is or 0, condition.prefixes or 0,
      condition.suffixes or 0, condition.ranges or 0 })
  end
  return sub(redis.sha1hex(concat(parts, ' ')), 1, 8)
end

-- Names a series by what it counts, so that another limit on the same events keeps the counts.
local function add_limit(watch, scope, by_name)
  local name, number = watch.per .. '.' .. (#watch.kinds > 0 and concat(watch.kinds, '+') or 'any'), 1
  if watch.where then name = name .. '?' .. digest_of(watch.where) end
  local series = by_name[name]
  while series and not takes(series, watch) do
    number = number + 1
    series = by_name[name .. '.' .. number]
  end
  if number > 1 then name = name .. '.' .. number end
  if not series then
    series = { id = name, scope = scope, kinds = watch.kinds, where = watch.where, needs_user = watch.per == 'user',
      rules = {}, most = 0, window = 0, moved = 0, asks = true, varies = false }
    by_name[name] = series
    scope.series[#scope.series + 1] = series
  end
  series.rules[#series.rules + 1], watch.series = watch, series
  series.weight = series.weight or watch.sum
  series.window = math.max(series.window, watch.window)
  series.most = math.max(series.most, watch.sum and 1024 or most_of(watch) + 1)
  series.asks = series.asks and watch.sum ~= nil
  series.varies = series.varies or watch.young ~= nil or watch.by_kind ~= nil
end

-- Whether no limit on the number of events keeps the sorted set short: it is trimmed to its newest, then.
local function is_loose(series)
  for _, rule in ipairs(series.rules) do
    if rule.enforce and not rule.sum and rule.window == series.window then return false end
  end
  return true
end

local ABOUT_PAIR = { actor = true, user = true, ip = true, network = true }

local function add_set(watch, scope)
  watch.scope, watch.needs_user = scope, watch.per == 'user'
  watch.step = math.max(1, floor(watch.window / SLICES))
  watch.slices = SLICES
  watch.ttl = S.decimal(watch.window + watch.step + MARGIN)
  -- What is counted about a user at an address changes only with the time and the pair.
  watch.paired = ABOUT_PAIR[watch.distinct] and ABOUT_PAIR[watch.per] and not watch.where
  watch.limit_at = loadstring('return function(event, time) local anonymous = event.is_anonymous return '
    .. limit_words(watch) .. ' end', '=limit')()
  watch.name = tonumber(sub(redis.sha1hex(watch.id .. watch.window), 1, 8), 16)
  scope.sets[#scope.sets + 1] = watch
  scope.ttl = math.max(scope.ttl, 2 * watch.window + MARGIN)
end

-- What the policy watches in events of a kind:
--   series, distinct   those that count it
--   scopes     whose states are read besides the actor's
--   plain      each of its series is the actor's and counts each event of the kind
--   loose      some of its distinct values are not about the pair of user and address
--   pairs      numbers the set of rules about user and address: what one set has counted says nothing of another
--   express    of its only series
local pair_sets, pair_sets_known = {}, 0

local function watched_of(kind)
  local watched, seen, paired = { series = {}, distinct = {}, scopes = {}, plain = true, loose = false }, {}, {}
  local function watches(kinds)
    for _, each in ipairs(kinds) do
      if each == kind then return true end
    end
    return #kinds == 0
  end
  for _, scope in ipairs(SCOPES) do
    for _, series in ipairs(scope.series) do
      if watches(series.kinds) then
        watched.series[#watched.series + 1] = series
        if scope ~= ACTOR and not seen[scope] then
          seen[scope] = true
          watched.scopes[#watched.scopes + 1] = scope
        end
        if scope ~= ACTOR or series.needs_user or series.where then watched.plain = false end
      end
    end
  end
  for _, watch in ipairs(POLICY.watches) do
    if watch.distinct and watches(watch.kinds) then
      watched.distinct[#watched.distinct + 1] = watch
      if watch.paired then paired[#paired + 1] = watch.id else watched.loose = true end
    end
  end
  local set = concat(paired, ' ')
  if not pair_sets[set] then
    pair_sets_known = pair_sets_known + 1
    pair_sets[set] = string.char(pair_sets_known)
  end
  watched.pairs = pair_sets[set]
  local only = watched.series[1]
  if watched.plain and not watched.loose then
    if not only then
      watched.express = S.express
    elseif not watched.series[2] and not only.varies then
      watched.express, watched.weight = only.express, only.weight
    end
  end
  return watched
end

-- The same for events that no limit counts.
function S.express(at, argv, pairs, user, address, _, now)
  local state = at.users .. user
  local found = call('MGET', at.block_changes, state)
  if found[1] ~= at.list then S.note_list(found[1]) end
  local since = found[2] and S.stamped_at(found[2], pairs, address)
  if not since or since ~= at.list_number and not S.still_unlisted(since, 'user:' .. user, address) then
    S.fetched = found
    return nil
  end
  local logged_at = S.log(argv)
  if (now or logged_at) >= at.ends then S.again(now or logged_at) end
  return { 'verdict', 'allow' }
end

S.preparations[#S.preparations + 1] = function()
  local scopes, by_name = {}, {}
  SCOPES, KINDS = {}, {}
  ACTOR = scope_of('actor', scopes)
  local step = 0
  for _, watch in ipairs(POLICY.watches) do
    local scope = scope_of(watch.per, scopes)
    if watch.distinct then
      add_set(watch, scope)
      if watch.paired then
        local rest = watch.step
        while rest > 0 do step, rest = rest, step % rest end
      end
    else
      add_limit(watch, scope, by_name)
    end
    for _, kind in ipairs(watch.kinds) do KINDS[kind] = true end
    for kind in pairs(watch.by_kind or {}) do KINDS[kind] = true end
  end
  -- The step in which "this user at this address is counted" stays true: a divisor of every rule's slice.
  S.memo_step = step > 0 and step or 60000
  for _, scope in ipairs(SCOPES) do
    local offset, layout = S.HEAD_SIZE + 1, { scope.id }
    scope.size = S.HEAD_SIZE
    for _, series in ipairs(scope.series) do
      series.bytes = 8 * (3 + (series.weight and 1 or 0) + 2 * #series.rules)
      scope.size = scope.size + series.bytes
    end
    for _, series in ipairs(scope.series) do
      series.loose = is_loose(series)
      if series.weight then series.id = series.id .. '.' .. series.weight end
      scope.ttl = math.max(scope.ttl, 2 * series.window + MARGIN)
      layout[#layout + 1] = series.id
      for _, rule in ipairs(series.rules) do
        layout[#layout + 1] = (rule.sum or '') .. S.decimal(rule.window)
      end
      equip(series, offset, scope.size)
      offset = offset + series.bytes
    end
    scope.ttl = S.decimal(scope.ttl)
    scope.tag = tonumber(sub(redis.sha1hex(concat(layout, ' ')), 1, 8), 16)
  end
  KINDS.report, KINDS.unblock = nil, nil -- reserved for the log
  for kind in pairs(KINDS) do KINDS[kind] = watched_of(kind) end
  OTHER = watched_of('')
end
