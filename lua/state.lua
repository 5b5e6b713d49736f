-- The state of one subject: a packed string that makes its sorted sets cheap to ask.
--
-- The windows themselves are sorted sets, `<prefix>:w:<series>:<subject>`: one entry per counted event, score = its
-- time in ms, member = its running number (fixed width, so that equal times keep their order) and, where a rule sums
-- a weight, the sum before it and its own weight. A sorted set keeps its newest `series.most` entries (and up to 63
-- more) where no limit of its own keeps it shorter.
--
-- The state string, `<prefix>:s:<scope>:<subject>`, keeps for each series the last running number and sum, and for each
-- limit the oldest entry still inside its window. So what a window holds is one subtraction; only when that oldest
-- entry has left, one ZRANGE finds the next. An entry at time e is inside while now - e < window.
--
-- Layout (little endian): 'S', tag of the layout, whether old ids exist, number of ids and since when, where the sets
-- begin; per series a row of doubles (series.lua); the stamp; the sets of distinct values (distinct.lua).
--
-- Most events come from a user at an address that are both known, and blocked by nobody. The *stamp* of the actor's
-- state says so: its length, the layout's tag, the time (`place.bucket`) in which all rules about this pair have
-- counted it, their number and the address. Where it is what this event's stamp would be, nobody needs to look at
-- distinct values: nothing can have changed. Behind it stands the number of the last change of the block list, which
-- says the same of blocks where those since were about others (S.still_unlisted).

local HEAD, HEAD_SIZE = '<c1I4I1I4dI2', 20
S.HEAD_SIZE = HEAD_SIZE
local UNKNOWN = -1 -- as n: nothing known yet, ask the sorted set
local NO_STAMP = '\1'
local NOWHERE = '' -- the address of an event that names none

-- Which call runs: what carries its number belongs to it.
local serial = 0

-- How the stamp of a user at an address of so many bytes begins. Behind it come the address and the number of the list.
local STAMP_HEAD_SIZE = 14
local function stamp_head(pairs, size)
  local heads = place.stamp_heads[pairs]
  if not heads then
    heads = {}
    place.stamp_heads[pairs] = heads
  end
  local head = heads[size]
  if not head then
    head = string.char(STAMP_HEAD_SIZE + size) .. pack('<I4d', ACTOR.tag, place.bucket) .. pairs
    heads[size] = head
  end
  return head
end

-- Notes which piece of time `now` is in, for stamps hold in one alone. Returns whether it is another than before. What
-- comes late, after events of a later piece, is neither stamped nor believed to be: sets of values have moved on.
function S.note_time(now)
  if now < place.ends and now >= place.bucket then return false end
  place.bucket = now - now % S.memo_step
  place.ends, place.stamp_heads = place.bucket + S.memo_step, {}
  place.is_late = place.bucket < place.newest
  if not place.is_late then place.newest = place.bucket end
  return true
end

-- The actor's state gets the stamp of this event: its values are counted, and no block names it.
function S.stamp(event)
  if place.is_late then return end
  S.decode(ACTOR)
  local address = event.address and event.address.text or NOWHERE
  local stamp = stamp_head(event.watched.pairs, #address) .. address .. pack('<d', place.list_number)
  ACTOR.stamp, ACTOR.stamped, ACTOR.changed = stamp, true, true
end

-- The number of the block list when no block named a pair that a state is stamped for; nil where it is not. `address`:
-- its text.
function S.stamped_at(raw, pairs, address)
  if place.is_late then return nil end
  local from = ACTOR.size + 1
  local middle = from + STAMP_HEAD_SIZE
  local stop = middle + #address
  if sub(raw, from, middle - 1) ~= stamp_head(pairs, #address) or sub(raw, middle, stop - 1) ~= address then
    return nil
  end
  return (unpacked('<d', raw, stop))
end

local function begin(scope, subject, key)
  scope.subject, scope.key, scope.raw, scope.exists = subject, key, false, false
  -- known: its series may be read from raw; decoded: its head and sets are read; counted: how many series moved;
  -- changed: more than that is to be written; renewed: it gets a new time to live.
  scope.known, scope.decoded, scope.counted, scope.changed, scope.renewed = false, false, 0, false, false
  scope.values, scope.stamped = nil, false
  scope.loaded = serial
end

local keys = {}

-- Begins a call with the state of the event's actor and of those whom its limits count besides. Returns
-- whether the actor's is stamped for this event, and whether surely no block names it.
function S.load_states(event)
  serial = serial + 1
  local key, others = place.actors .. event.actor, event.watched.scopes
  begin(ACTOR, event.actor, key)
  keys[1], keys[2] = place.block_changes, key
  local count = 2
  for i = 1, #others do
    local scope = others[i]
    local subject = event.subjects[scope.id]
    if subject then
      count = count + 1
      keys[count] = place.states[scope] .. subject
      begin(scope, subject, keys[count])
    end
  end
  local found = S.fetched or call('MGET', unpack(keys, 1, count))
  S.fetched = nil
  S.note_list(found[1])
  local raw = found[2]
  ACTOR.raw, ACTOR.exists = raw, raw
  count = 2
  for i = 1, #others do
    local scope = others[i]
    if scope.loaded == serial then
      count = count + 1
      scope.raw, scope.exists = found[count], found[count]
    end
  end
  local address = event.address and event.address.text or NOWHERE
  local since = raw and S.stamped_at(raw, event.watched.pairs, address)
  if not since then return false, false end
  ACTOR.known = true
  return true, S.still_unlisted(since, event.user, address)
end

-- The state of a subject that only its distinct values need.
function S.load_state(scope, subject)
  if scope.loaded == serial then return end
  begin(scope, subject, place.states[scope] .. subject)
  scope.raw = call('GET', scope.key)
  scope.exists = scope.raw
end

-- Reads what a state holds besides its series: ids, the stamp and where the sets of distinct values are.
function S.decode(scope)
  if scope.decoded then return end
  scope.decoded = true
  local raw = scope.raw
  scope.old_ids, scope.ids, scope.ids_since, scope.values, scope.sets_text, scope.stamp = 0, 0, 0, nil, '', NO_STAMP
  if not raw then
    scope.known = false
    return
  end
  local mark, tag, sets
  if #raw >= HEAD_SIZE then
    mark, tag, scope.old_ids, scope.ids, scope.ids_since, sets = unpacked(HEAD, raw)
  end
  local same = tag == scope.tag
  if mark ~= 'S' or sets > #raw or sets <= (same and scope.size or HEAD_SIZE) then S.fail_foreign(scope.key) end
  scope.sets_text = sub(raw, sets + 1)
  scope.known = same
  if same then scope.stamp = sub(raw, scope.size + 1, sets) end
  if not same then scope.raw = false end -- another policy's layout: ask the sorted sets
end

-- The sets of distinct values in a state.
function S.sets_of(scope)
  S.decode(scope)
  if not scope.values then scope.values = S.read_sets(scope, scope.sets_text) end
  return scope.values
end

-- Running number, sum before, weight of a member.
local function parse_member(series, member)
  if #member ~= (series.weight and 21 or 5) then S.fail_foreign(place.windows[series] .. series.scope.subject) end
  if series.weight then
    local n, before, weight = unpacked('>I5dd', member)
    return n, before, weight
  end
  return unpacked('>I5', member), 0, 0
end

-- Takes the window of a series from its state, or from the sorted set where the state does not know it.
function S.read_window(series)
  local scope = series.scope
  if not scope.known then S.decode(scope) end
  if scope.known and series.read(scope.raw) then return end
  if not scope.exists and not S.asking then return series.ask(0, 0, 0, 0) end -- nobody was here before
  local last = call('ZRANGE', place.windows[series] .. scope.subject, '-1', '-1', 'WITHSCORES')
  if not last[1] then return series.ask(0, 0, 0, 0) end
  local n, before, weight = parse_member(series, last[1])
  series.ask(n, before + weight, tonumber(last[2]), 0)
end

-- The oldest entry inside the window of limit i at time now, and what was counted before it. `sum`: what was counted
-- in all; `last`: when.
function S.slide(series, i, now, last, sum)
  local rule = series.rules[i]
  local edge = now - rule.window
  if last > edge then
    local entry = call('ZRANGE', place.windows[series] .. series.scope.subject, '(' .. S.decimal(edge), '+inf',
      'BYSCORE', 'LIMIT', '0', '1', 'WITHSCORES')
    if entry[1] then -- else somebody took entries away: what is left is nothing
      local n, before = parse_member(series, entry[1])
      return tonumber(entry[2]), rule.sum and before or n - 1
    end
  end
  return 0, sum
end

-- How long until `excess` of what is in the window of limit i will have left it, in ms. `first`, `base`: its f and b.
function S.wait(series, i, excess, now, first, base)
  local rule = series.rules[i]
  if not rule.sum and excess <= 1 then return first + rule.window - now end
  local key, edge = place.windows[series] .. series.scope.subject, '(' .. S.decimal(now - rule.window)
  if not rule.sum then
    local entry = call('ZRANGE', key, edge, '+inf', 'BYSCORE', 'LIMIT', S.decimal(excess - 1), '1', 'WITHSCORES')
    return (tonumber(entry[2]) or now) + rule.window - now
  end
  local position = 0
  while true do
    local entries = call('ZRANGE', key, edge, '+inf', 'BYSCORE', 'LIMIT', S.decimal(position), '64', 'WITHSCORES')
    for k = 1, #entries, 2 do
      local _, before, weight = parse_member(series, entries[k])
      if before + weight - base >= excess then return tonumber(entries[k + 1]) + rule.window - now end
    end
    if #entries < 128 then return rule.window end
    position = position + 64
  end
end

-- Adds one counted event, at time now (`text`: the same as decimal text), to the window.
function S.count(series, weights, now, text)
  local scope, weight = series.scope, weights[series.weight] or 0
  if series.asks and weight == 0 then return end -- it only asks
  local key = place.windows[series] .. scope.subject
  local member, unsettled, fresh = series.count(key, now, text, weight)
  S.undo('ZREM', key, member)
  scope.counted, series.moved = scope.counted + 1, serial
  if fresh then
    -- A sorted set that has its time to live already is an old one.
    if not series.fresh(key) then S.again() end
  elseif unsettled then
    series.unsettled = serial
  end
end

-- Writes a state back. What was counted renews its own time to live in time, and a state lives longer than any of its
-- series: so it needs a new one only when a series got one, or when nothing was counted.
local function save_state(scope, all)
  local raw = scope.raw
  if scope.counted == 1 and raw and not scope.changed and not scope.renewed then -- the usual case: one series moved on
    for i = 1, #all do
      local series = all[i]
      if series.moved == serial and series.scope == scope then
        return call('SETRANGE', scope.key, series.place, series.pack())
      end
    end
  end
  S.decode(scope)
  local stamp, parts = scope.stamp, { '' }
  local bytes = scope.size + #stamp
  for i, series in ipairs(scope.series) do
    if series.moved == serial then -- the window of a refused event is not kept: the next one may be earlier
      parts[i + 1] = series.pack()
    elseif raw then
      parts[i + 1] = sub(raw, series.offset, series.offset + series.bytes - 1)
    else -- who has no state has nothing in any window, unless something is amiss
      parts[i + 1] = pack('<d', S.asking and UNKNOWN or 0) .. string.rep('\0', series.bytes - 8)
    end
  end
  parts[1] = pack(HEAD, 'S', scope.tag, scope.old_ids, scope.ids, scope.ids_since, bytes)
  if raw and scope.counted > 0 and not (scope.values or scope.stamped or scope.renewed) then
    return call('SETRANGE', scope.key, '0', concat(parts)) -- what ids and series have is before the rest
  end
  parts[#parts + 1] = stamp
  parts[#parts + 1] = scope.values and S.packed_sets(scope) or scope.sets_text
  local text = concat(parts)
  if not scope.exists then
    if not call('SET', scope.key, text, 'PX', scope.ttl, 'NX') then S.fail_foreign(scope.key) end
    S.undo('DEL', scope.key)
  elseif raw and scope.counted > 0 and not scope.renewed then
    call('SET', scope.key, text, 'KEEPTTL')
  else
    call('SET', scope.key, text, 'PX', scope.ttl)
  end
end

local function save_those(exist, all)
  for i = 1, #SCOPES do
    local scope = SCOPES[i]
    local changed = scope.loaded == serial and (scope.changed or scope.counted > 0)
    if changed and (scope.exists and true or false) == exist then save_state(scope, all) end
  end
end

-- Fails where a state that is still to be made would find something foreign in its place.
function S.want_states()
  for i = 1, #SCOPES do
    local scope = SCOPES[i]
    if scope.loaded == serial and not scope.exists and call('EXISTS', scope.key) == 1 then S.fail_foreign(scope.key) end
  end
end

-- Writes back all states that changed, new ones first: only those can still find something foreign in their place.
-- `all`: the series that may have moved.
function S.save_states(all)
  save_those(false, all)
  for i = 1, #all do
    local series = all[i]
    if series.unsettled == serial then series.settle(place.windows[series] .. series.scope.subject) end
  end
  save_those(true, all)
end
