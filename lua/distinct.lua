-- Distinct counts in sliding windows: accounts per address, addresses per user, objects per user.
--
-- A window is cut into slices; each slice is a HyperLogLog of its own,
-- `<prefix>:d:<rule>:<slice>:<subject>`, that lives one window longer than it is written. PFADD says whether anything
-- changed: only then is anything counted. The window thus slides in steps of one slice:
-- it never holds anything older than itself and may miss up to one slice of the oldest.
-- <https://redis.io/docs/latest/commands/pfadd/>
--
-- Most events come from a user at an address that both know of each other. So the actor's state remembers the last
-- address (`memo`) and the time (`bucket`) in which all rules about that pair have counted it: then nothing can change.

-- Numbers the sets of rules about user and address that kinds of event are watched by: what one set has counted says
-- nothing of another.
local pair_sets, pair_sets_known = {}, 0

local function number_pairs(watched)
  local names = {}
  for _, rule in ipairs(watched.distinct) do
    if rule.paired then names[#names + 1] = rule.id end
  end
  local set = concat(names, ' ')
  if not pair_sets[set] then
    pair_sets_known = pair_sets_known + 1
    pair_sets[set] = pair_sets_known .. ' '
  end
  watched.pairs = pair_sets[set]
  return watched.pairs
end

-- The memo of this pair: nil when the event has no address.
local function memo_of(event)
  local address, watched = event.address, event.watched
  if not address then return nil end
  local set = watched.pairs or number_pairs(watched)
  local memo = address.memos[set]
  if not memo then
    memo = set .. address.text
    address.memos[set] = memo
  end
  return memo
end

-- The keys of the window's slices without their subjects, the newest first. All events of one slice share them.
local function heads_of(prefix, rule, slice)
  local heads = place.slices[rule]
  if not heads or heads.slice ~= slice then
    heads = { slice = slice }
    for k = 1, rule.slices do
      heads[k] = prefix .. ':d:' .. rule.id .. ':' .. S.decimal(slice - k + 1) .. ':'
    end
    place.slices[rule] = heads
  end
  return heads
end

-- The count over all slices of the window, or of the newest alone where that is over the limit by itself: a union of
-- full slices takes some 0.4 ms, which who floods us with new values shall not get for each of them. A slice that is no
-- HyperLogLog counts as empty.
local function count(heads, subject, limit)
  local keys = {}
  for k = 1, #heads do keys[k] = heads[k] .. subject end
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

-- Adds the event's values to the rules that watch them. Returns a list of {rule, used} of those that are over their
-- limit because of this event, or nil. `actor`: the scope that carries the actor's state.
function S.add_distinct(prefix, event, actor, now)
  local bucket, memo = now - now % POLICY.memo_step, memo_of(event)
  local paired = memo and actor.bucket == bucket and actor.memo == memo
  local rules, subjects, list, keys = event.watched.distinct, event.subjects, nil, nil
  for i = 1, #rules do
    local rule = rules[i]
    if not (paired and rule.paired) then
      local subject, element = subjects[rule.per], rule.of == 'ip' and subjects.ip or event[rule.of]
      if subject and element then
        local heads = heads_of(prefix, rule, floor(now / rule.step))
        list, keys = list or {}, keys or {}
        keys[#keys + 1] = heads[1] .. subject
        list[#list + 1] = { rule = rule, subject = subject, element = element, heads = heads }
      end
    end
  end
  if not list then return nil end

  -- Adding cannot be taken back (a full one is 12 KiB, too much to keep a copy of each time): so all that is written
  -- from here on is looked at first.
  for i = 1, #keys do keys[keys[i]] = want_log_log(keys[i]) end
  call('XLEN', place.events)
  if event.id then call('HLEN', prefix .. ':i:' .. actor.subject) end

  local exceeded
  for i, each in ipairs(list) do
    local key, rule = keys[i], each.rule
    local exists = keys[key]
    if call('PFADD', key, each.element) == 1 then
      if not exists then
        S.undo('DEL', key)
        call('PEXPIRE', key, S.decimal(rule.window + rule.step))
      end
      local used = count(each.heads, each.subject, rule.limit)
      if used > rule.limit then
        exceeded = exceeded or {}
        exceeded[#exceeded + 1] = { rule = rule, used = used }
      end
    end
  end
  if memo and not paired then actor.bucket, actor.memo, actor.changed = bucket, memo, true end
  return exceeded
end
