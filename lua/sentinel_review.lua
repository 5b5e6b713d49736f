-- sentinel_review: what people found out about incidents, or that they take it back.
--
-- FCALL sentinel_review 1 <namespace>:{<partition>} incidents <ids, comma separated>
--   as confirmed|false_positive|benign|open [by <name>] [note <text>] [at <ms>]
--   At most 500 ids. `open` takes a review back.
--
-- Replies: changed <n>, unchanged <n> (those that were so already, with the same note), and
--   missing <ids, comma separated>, where there are such.
-- One entry goes into the audit log, if anything changed. Outcomes are counted per rule, and taken back with reviews.
-- A confirmed incident goes on as it was. One that was no abuse is over: it no longer counts among the subject's open
-- flags, and what is seen from now on opens another.

local NAME = 'sentinel_review'
local KNOWN = { incidents = true, as = true, by = true, note = true, at = true }
local MOST = 500
local IS_OVER = { confirmed = false, false_positive = true, benign = true, open = false }

-- The ids, each once.
local function ids_of(text)
  if #text > MOST * 32 then
    S.fail('BADARG', NAME .. ': incidents has ' .. #text .. ' bytes, want at most ' .. MOST .. ' ids')
  end
  local ids, seen = {}, {}
  for id in string.gmatch(text .. ',', '([^,]*),') do
    if #id > 32 or not find(id, '^i%d+%-%d+$') then
      S.fail('BADARG', NAME .. ': incidents has ' .. S.shown(id) .. ', want ids like i0-17, comma separated')
    end
    if not seen[id] then
      seen[id] = true
      ids[#ids + 1] = id
    end
  end
  if #ids > MOST then S.fail('BADARG', NAME .. ': incidents has ' .. #ids .. ' ids, want at most ' .. MOST) end
  return ids
end

-- What is to be done about an incident: {key, was, last, open: key, rule and value of its open entry}; nil if there
-- is no such incident.
local function plan_of(prefix, id, disposition)
  local key = prefix .. ':incident:' .. id
  local has = S.incident_fields(key)
  if not has then return nil end
  local rule, subject, last, was = has.rule, has.subject, has.last, has.disposition or 'open'
  if not rule or not subject or not last or not find(last, '^%d+$') or #last > 16 or IS_OVER[was] == nil then
    S.fail_foreign(key)
  end
  S.validate_acts(prefix, subject)
  local plan = { id = id, key = key, rule = rule, subject = subject, last = last, was = was, note = has.review_note,
    card = function(note)
      has.disposition, has.note = disposition, note
      return S.incident_card(has)
    end }
  if IS_OVER[was] ~= IS_OVER[disposition] then
    local open_key = prefix .. ':open:' .. subject
    local text = call('HGET', open_key, rule)
    local standing = text and S.open_incident(open_key, text, 0)
    if standing and standing.id == id then
      plan.open_key = open_key
      plan.open = id .. ' ' .. standing.event .. ' ' .. (IS_OVER[disposition] and '0' or last)
    end
  end
  return plan
end

-- How many more or fewer outcomes each rule has: '<rule> <disposition>' -> number.
local function counts_of(prefix, plans, disposition)
  local key, counts = prefix .. ':reviews', {}
  local function add(rule, outcome, number)
    local field = rule .. ' ' .. outcome
    if outcome ~= 'open' then counts[field] = (counts[field] or 0) + number end
  end
  for _, plan in ipairs(plans) do
    add(plan.rule, plan.was, -1)
    add(plan.rule, disposition, 1)
  end
  S.want_type(key, 'hash')
  for field, number in pairs(counts) do
    S.want_count(key, field)
    local has = tonumber(call('HGET', key, field) or 0)
    counts[field] = math.max(number, -has)
  end
  return key, counts
end

S.register(NAME, {}, function(keys, argv)
  local prefix = S.partition(NAME, keys)
  local wish = S.fields(NAME, argv, KNOWN)
  local ids = ids_of(S.required(NAME, wish, 'incidents'))
  local disposition = S.required(NAME, wish, 'as')
  if IS_OVER[disposition] == nil then
    S.fail('BADARG', NAME .. ': as is ' .. S.shown(disposition) .. ', want confirmed, false_positive, benign or open')
  end
  local by, note = S.signed(NAME, wish)
  local now = S.now(NAME, prefix, wish.at)
  S.validate_audit(prefix)
  S.want_type(prefix .. ':pending', 'zset')
  S.want_type(prefix .. ':cards', 'hash')

  local plans, missing, unchanged = {}, {}, 0
  for _, id in ipairs(ids) do
    local plan = plan_of(prefix, id, disposition)
    if not plan then missing[#missing + 1] = id
    elseif plan.was == disposition and (disposition == 'open' or not note or note == plan.note) then
      unchanged = unchanged + 1
    else plans[#plans + 1] = plan end
  end
  local reviews, counts = counts_of(prefix, plans, disposition)

  local before = {}
  for i, plan in ipairs(plans) do
    if disposition == 'open' then
      call('HDEL', plan.key, 'disposition', 'reviewed_at', 'reviewed_by', 'review_note')
      call('ZADD', prefix .. ':pending', plan.last, plan.id)
    else
      call('HSET', plan.key, 'disposition', disposition, 'reviewed_at', S.decimal(now), 'reviewed_by', by,
        'review_note', note or '')
      call('ZREM', prefix .. ':pending', plan.id)
    end
    call('HSET', prefix .. ':cards', plan.id, plan.card(disposition ~= 'open' and note))
    if plan.open then call('HSET', plan.open_key, plan.rule, plan.open) end
    if #plans > 1 then
      S.act(prefix, now, by, 'review', plan.subject,
        { before = '{"' .. plan.id .. '":"' .. plan.was .. '"}', after = disposition, note = note })
    end
    before[i] = '"' .. plan.id .. '":"' .. plan.was .. '"'
  end
  for field, number in pairs(counts) do
    if number ~= 0 then call('HINCRBY', reviews, field, S.decimal(number)) end
  end
  if #plans > 0 then
    S.audit(prefix, now, by, 'review', #plans == 1 and plans[1].subject or '',
      { before = '{' .. concat(before, ',') .. '}', after = disposition, note = note })
  end
  return S.reply('changed', #plans, 'unchanged', unchanged, 'missing', #missing > 0 and concat(missing, ',') or nil)
end)
