-- Distinct counts in sliding windows: accounts per address, addresses per user, objects per user.
--
-- A window is cut into slices. Up to FEW values of a subject are kept exactly, in its state: each with the slice that
-- it was last seen in. That is all there is of most users and addresses. Where there are more, each slice is a
-- HyperLogLog of its own, `<prefix>:d:<rule>:<slice>:<subject>`, that lives one window longer than it is written. A
-- value that is new to its slice is counted; no other can change anything. The window thus slides in steps of one
-- slice: it never holds anything older than itself and may miss up to one slice of the oldest. As in windows, time
-- never runs backwards. <https://redis.io/docs/latest/commands/pfadd/>
--
-- In a state a set is: name of the rule (a hash), how many values, newest slice; per value slice, length, bytes.

local FEW, MANY = 8, 255 -- MANY, as how many: they are in HyperLogLogs
local SET, SET_SIZE, VALUE, VALUE_SIZE = '<I4Bd', 13, '<dB', 9

-- Reads the sets of a state: by name, {newest, many, slices, values}.
function S.read_sets(scope, raw)
  local sets, at = {}, 1
  while at <= #raw do
    if at + SET_SIZE - 1 > #raw then S.fail_foreign(scope.key) end
    local name, count, newest = unpacked(SET, raw, at)
    local set = { newest = newest, many = count == MANY, slices = {}, values = {} }
    at = at + SET_SIZE
    if count > FEW and not set.many then S.fail_foreign(scope.key) end
    for i = 1, set.many and 0 or count do
      if at + VALUE_SIZE - 1 > #raw then S.fail_foreign(scope.key) end
      local slice, size = unpacked(VALUE, raw, at)
      at = at + VALUE_SIZE
      set.slices[i], set.values[i] = slice, sub(raw, at, at + size - 1)
      at = at + size
      if at > #raw + 1 then S.fail_foreign(scope.key) end
    end
    sets[name] = set
  end
  return sets
end

-- The sets of a state as they stand in it; those that no rule of this policy knows are dropped.
function S.packed_sets(scope)
  local parts = {}
  for _, rule in ipairs(scope.sets) do
    local set = scope.values[rule.name]
    if set then
      parts[#parts + 1] = pack(SET, rule.name, set.many and MANY or #set.values, set.newest)
      for i, value in ipairs(set.values) do
        parts[#parts + 1] = pack(VALUE, set.slices[i], #value)
        parts[#parts + 1] = value
      end
    end
  end
  return concat(parts)
end

-- What the event has to say to the rules that count its values: a list of {rule, scope, set, value, place in the
-- set}, or nil. `paired`: nothing is new about user and address.
function S.values_of(event, paired)
  local rules, list = event.watched.distinct, nil
  for i = 1, #rules do
    local rule = rules[i]
    if not (paired and rule.paired) then
      local scope = rule.scope
      local subject, value = event.actor, S.value_of(event, rule.distinct)
      if scope ~= ACTOR then subject = event.subjects[scope.id]
      elseif rule.needs_user then subject = event.subjects.user end
      if rule.distinct == 'ip' then value = event.subjects.ip end
      if subject and value and (not rule.where or S.selects(rule.where, event)) then
        S.load_state(scope, subject)
        local sets = S.sets_of(scope)
        local set = sets[rule.name]
        if not set then
          set = { newest = 0, many = false, slices = {}, values = {} }
          sets[rule.name] = set
        end
        if #value > 39 then value = redis.sha1hex(value) end
        local place_in_set
        for k = 1, #set.values do
          if set.values[k] == value then place_in_set = k end
        end
        list = list or {}
        list[#list + 1] = { rule = rule, scope = scope, set = set, value = value, place = place_in_set }
      end
    end
  end
  return list
end

-- Whether these values can take no rule over its limit, whenever they come.
function S.values_fit(list, event)
  for i = 1, #list do
    local each = list[i]
    local count = #each.set.values + (each.place and 0 or 1)
    if each.set.many or count > each.rule.limit_at(event, 0) or count > FEW then return false end
  end
  return true
end

local function key_of(each, slice)
  return place.prefix .. ':d:' .. each.rule.id .. ':' .. S.decimal(slice) .. ':' .. each.scope.subject
end

-- The count over all slices of the window, or of the newest alone where that is over the limit by itself: a union of
-- full slices takes some 0.4 ms, which who floods us with new values shall not get for each of them. A slice that is no
-- HyperLogLog counts as empty.
local function count_many(each, slice, limit)
  local keys = {}
  for k = 1, each.rule.slices do keys[k] = key_of(each, slice - k + 1) end
  local newest = call('PFCOUNT', keys[1])
  if newest > limit or call('EXISTS', unpack(keys)) == 1 then return newest end
  local all = redis.pcall('PFCOUNT', unpack(keys))
  if type(all) == 'number' then return all end
  local sound = {}
  for k = 1, #keys do
    -- Twice the same key: Redis notes a count in a key that it is asked for alone.
    if type(redis.pcall('PFCOUNT', keys[k], keys[k])) == 'number' then sound[#sound + 1] = keys[k] end
  end
  return call('PFCOUNT', unpack(sound))
end

-- Whether the key exists; fails unless it then begins as a HyperLogLog does: magic, encoding 0 or 1, 16 bytes of head.
local function want_log_log(key)
  local head = call('GETRANGE', key, '0', '15')
  if head == '' then return false end
  if #head < 16 or sub(head, 1, 4) ~= 'HYLL' or string.byte(head, 5) > 1 then S.fail_foreign(key) end
  return true
end

-- Adds a value to the few of a set, at a slice. Returns how many there are now, or nil where nothing is new; and what
-- has to go into HyperLogLogs now: a list of {slice, values}.
local function add_to_few(each, slice)
  local set, oldest = each.set, slice - each.rule.slices
  local slices, values, found = {}, {}, false
  for i, value in ipairs(set.values) do
    if set.slices[i] > oldest then
      if value == each.value then
        if set.slices[i] == slice then return nil end
        found = true
      end
      values[#values + 1] = value
      slices[#slices + 1] = value == each.value and slice or set.slices[i]
    end
  end
  if not found then values[#values + 1], slices[#slices + 1] = each.value, slice end
  each.scope.changed = true
  local count = #values
  if count <= FEW then
    set.slices, set.values = slices, values
    return count
  end
  local by_slice, moved = {}, {}
  for i, value in ipairs(values) do
    local group = by_slice[slices[i]]
    if not group then
      group = { slice = slices[i] }
      by_slice[slices[i]] = group
      moved[#moved + 1] = group
    end
    group[#group + 1] = value
  end
  set.many, set.slices, set.values = true, {}, {}
  return count, moved
end

-- The rules of the list that are over their limit; nil if none.
local function exceeded_of(list, event, now)
  local exceeded
  for i = 1, #list do
    local rule, used = list[i].rule, list[i].used
    if used and used > rule.limit_at(event, now) then
      exceeded = exceeded or {}
      exceeded[#exceeded + 1] = { rule = rule, used = used }
    end
  end
  return exceeded
end

-- Adds the values to their sets. Returns a list of {rule, used} of the rules that are over their limit because of this
-- event, or nil.
function S.add_values(list, event, now)
  local writes
  for i = 1, #list do
    local each = list[i]
    local rule, set, slice = each.rule, each.set, floor(now / each.rule.step)
    if set.newest > slice then slice = set.newest end
    if set.many and set.newest <= slice - rule.slices then set.many = false end -- all that was there is over
    if set.newest ~= slice then set.newest, each.scope.changed = slice, true end
    local moved
    if set.many then moved = { { each.value, slice = slice } } else each.used, moved = add_to_few(each, slice) end
    for _, group in ipairs(moved or {}) do
      writes = writes or {}
      writes[#writes + 1] = { key = key_of(each, group.slice), each = each, values = group, slice = slice }
    end
  end
  if not writes then return exceeded_of(list, event, now) end

  -- Adding to a HyperLogLog cannot be taken back (a full one is 12 KiB, too much to keep a copy of each time): so all
  -- that is written from here on is looked at first.
  for _, write in ipairs(writes) do write.exists = want_log_log(write.key) end
  if not logged then call('XLEN', place.events) end
  if event.id then call('HLEN', place.prefix .. ':i:' .. ACTOR.subject) end
  S.want_states()
  for _, write in ipairs(writes) do
    local new = call('PFADD', write.key, unpack(write.values)) == 1
    if not write.exists then
      S.undo('DEL', write.key)
      call('PEXPIRE', write.key, write.each.rule.ttl)
    end
    if new and not write.each.used then
      write.each.used = count_many(write.each, write.slice, write.each.rule.limit_at(event, now))
    end
  end
  return exceeded_of(list, event, now)
end
