-- Distinct counts in sliding windows: accounts per address, addresses per user, objects per user.
--
-- A window is cut into slices; each slice is a HyperLogLog of its own,
-- `<prefix>:d:<rule>:<slice>:<subject>`, that lives one window longer than it is written. PFADD says whether anything
-- changed: only then the slices of the window are counted together. The window thus slides in steps of one slice:
-- it never holds anything older than itself and may miss up to one slice of the oldest.
-- <https://redis.io/docs/latest/commands/pfadd/>

local function key_of(prefix, rule, slice, subject)
  return prefix .. ':d:' .. rule.id .. ':' .. S.decimal(slice) .. ':' .. subject
end

-- The rules of this event as {rule, subject, element, slice, key}; rules whose fields the event lacks are left out, and
-- those about user and address alone when the pair is `known` to be counted.
function S.distinct_of(prefix, rules, event, now, known)
  local list = {}
  for _, rule in ipairs(rules) do
    if not (known and rule.paired) then
      local subject, element = event.subjects[rule.per], event[rule.of]
      if rule.of == 'ip' then element = event.subjects.ip end
      if subject and element then
        local slice = math.floor(now / rule.step)
        list[#list + 1] = { rule = rule, subject = subject, element = element, slice = slice,
          key = key_of(prefix, rule, slice, subject) }
      end
    end
  end
  return list
end

-- Fails on a key of a foreign type before anything is written. The first is left to its own PFADD, which comes first.
function S.validate_distinct(list)
  for i = 2, #list do redis.call('PFCOUNT', list[i].key) end
end

-- Adds the elements; calls exceeded(rule, subject, count) for each rule over its limit because of this event.
function S.add_distinct(prefix, list, exceeded)
  for _, each in ipairs(list) do
    local rule = each.rule
    if redis.call('PFADD', each.key, each.element) == 1 then
      redis.call('PEXPIRE', each.key, S.decimal(rule.window + rule.step))
      local keys = {}
      for slice = each.slice - rule.slices + 1, each.slice do
        keys[#keys + 1] = key_of(prefix, rule, slice, each.subject)
      end
      local count = redis.call('PFCOUNT', unpack(keys))
      if count > rule.limit then exceeded(rule, each.subject, count) end
    end
  end
end
