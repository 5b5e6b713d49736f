-- What the policy watches, made ready for verdicts by the first call: POLICY.watches becomes series, sets of distinct
-- values and scopes, and for each kind of event the list of those that it concerns.
--
-- A *scope* is whose state something stands in: `actor` (the user, or the address where there is no user; it also
-- serves what is counted per user), `ip` and so on.

local SLICES = 12 -- of a window of distinct values: a finer slide costs more HyperLogLogs

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
  return #series.rules < S.LIMITS_MOST and (not watch.sum or not series.weight or series.weight == watch.sum)
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
  series.most = math.max(series.most, watch.sum and 1024 or S.most_of(watch) + 1)
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
    .. S.limit_words(watch) .. ' end', '=limit')()
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
--   express    of its only series, or S.express
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

-- The short way (see series.lua) of events that no limit counts.
function S.express(at, argv, pairs, user, address, _, now)
  local state = at.users .. user
  local found = call('MGET', at.block_changes, state)
  if found[1] ~= at.list then S.note_list(found[1]) end
  local since = found[2] and S.stamped_at(found[2], pairs, address)
  if not since or since ~= at.list_number and not S.still_unlisted(since, user, address) then
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
      S.equip(series, offset, scope.size)
      offset = offset + series.bytes
    end
    scope.ttl = S.decimal(scope.ttl)
    scope.tag = tonumber(sub(redis.sha1hex(concat(layout, ' ')), 1, 8), 16)
  end
  for kind in pairs(S.RESERVED) do KINDS[kind] = nil end
  for kind in pairs(KINDS) do KINDS[kind] = watched_of(kind) end
  OTHER = watched_of('')
end
