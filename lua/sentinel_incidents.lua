-- sentinel_incidents: incidents that pass a filter, those that grew last first; a bounded piece of the list per call.
--
-- FCALL[_RO] sentinel_incidents 1 <namespace>:{<partition>} [limit 1-500] [scan 1-1000] [cursor <cursor>]
--   [since <ms>] [until <ms>] [rule <id>] [module <name>] [severity 1-4] [mode enforce|shadow] [subject <type:id>]
--   [about <type:id>] [reviewed 0|1] [disposition confirmed|false_positive|benign] [text <part>] [cards 1]
--   since, until: when it last grew; until itself is out. severity: the least. text: a part of id, module, rule,
--     subject, user, address, description or note, of which ASCII letters may be of either case. about: its subject, or
--     user or address (as it is counted) of its newest event.
--   cards: not the incidents, but of each a list of id, when it last grew (ms) and card (S.incident_card).
--
-- Replies: incidents <list of incidents, each its fields and values by turns>, and cursor <cursor> unless the list ends
--   there: the same call with it goes on, even where nothing was found yet. `scan` incidents are looked at per call.
-- The order is by time of the last flag, then by id, both falling. Nothing comes twice, unless it grows meanwhile.

local NAME = 'sentinel_incidents'
local KNOWN = {
  limit = true, scan = true, cursor = true, since = true, ['until'] = true, rule = true, module = true,
  severity = true, mode = true, subject = true, reviewed = true, disposition = true, text = true,
  about = true, cards = true,
}
local WORDS = {
  mode = { enforce = true, shadow = true }, reviewed = { ['0'] = true, ['1'] = true },
  disposition = { confirmed = true, false_positive = true, benign = true }, cards = { ['1'] = true },
}

local LINE = '\n([^\n]*)'
local LINES = '^...' .. LINE .. LINE .. LINE .. LINE .. LINE .. '\n' -- the first five lines of a card

local function want_word(wish, field)
  local word = wish[field]
  if word and not WORDS[field][word] then
    local known = {}
    for each in pairs(WORDS[field]) do known[#known + 1] = each end
    table.sort(known)
    S.fail('BADARG', NAME .. ': ' .. field .. ' is ' .. S.shown(word) .. ', want ' .. concat(known, ' or '))
  end
end

-- Where the cursor points to: {at, id}.
local function place_of(cursor)
  local at, id = match(cursor, '^(%d+)%.(i%d+%-%d+)$')
  if not at or #at > 16 or #id > 32 then
    S.fail('BADARG', NAME .. ': cursor is ' .. S.shown(cursor) .. ', want one that a reply had')
  end
  return tonumber(at), id
end

-- How many of the set come before what is asked for, and a test of who of those after them is still to be left out:
-- the one that the cursor names may have moved.
local function beginning(set, wish)
  local rank = 0
  if wish['until'] then rank = call('ZCOUNT', set, S.decimal(wish['until']), '+inf') end
  if not wish.cursor then return rank end
  local at, id = place_of(wish.cursor)
  local score = call('ZSCORE', set, id)
  if score and tonumber(score) == at then return math.max(rank, call('ZREVRANK', set, id) + 1) end
  return math.max(rank, call('ZCOUNT', set, '(' .. S.decimal(at), '+inf')), function(its_at, its_id)
    return its_at == at and its_id >= id
  end
end

-- The card of an incident that has none, because an older library wrote it; false if its time is over.
local function card_of(key)
  local has = S.incident_fields(key)
  return has and has.rule and has.subject and S.incident_card(has)
end

local function passes(wish, card, id)
  local severity, mode, review = string.byte(card, 1, 3)
  if severity - 48 < wish.severity or wish.mode and mode ~= string.byte(wish.mode)
    or wish.reviewed and (review == 111) == (wish.reviewed == '1')
    or wish.disposition and review ~= string.byte(S.DISPOSITION_LETTERS[wish.disposition]) then
    return false
  end
  if wish.rule or wish.subject or wish.module or wish.about then
    local module, rule, subject, user, from = match(card, LINES)
    local about = wish.about
    if wish.rule and rule ~= wish.rule or wish.subject and subject ~= wish.subject
      or wish.module and module ~= wish.module
      or about and subject ~= about and user ~= about and from ~= about then
      return false
    end
  end
  return not wish.text or find(string.lower(card), wish.text, 5, true) or find(id, wish.text, 1, true)
end

S.register(NAME, { 'no-writes' }, function(keys, argv)
  local prefix = S.partition(NAME, keys)
  local wish = S.fields(NAME, argv, KNOWN)
  local limit = S.integer(NAME, 'limit', wish.limit or '50', 1, 500)
  local most = S.integer(NAME, 'scan', wish.scan or '250', 1, 1000)
  local since = wish.since and S.integer(NAME, 'since', wish.since, 0, S.MAX_TIME) or 0
  wish['until'] = wish['until'] and S.integer(NAME, 'until', wish['until'], 0, S.MAX_TIME)
  wish.severity = S.integer(NAME, 'severity', wish.severity or '1', 1, 4)
  for field in pairs(WORDS) do want_word(wish, field) end
  for _, field in ipairs({ 'rule', 'module' }) do
    if wish[field] then S.bounded(NAME, field, wish[field], 64) end
  end
  for _, field in ipairs({ 'subject', 'about' }) do
    if wish[field] then wish[field] = S.printable(S.subject(NAME, wish[field])) end
  end
  wish.text = wish.text and string.lower(S.bounded(NAME, 'text', wish.text, 256))

  local set = prefix .. (wish.reviewed == '0' and ':pending' or ':incidents')
  local rank, is_left_out = beginning(set, wish)
  local found, last, last_at = {}, nil, nil
  local function reply(goes_on)
    return S.reply('incidents', found, 'cursor', goes_on and S.decimal(tonumber(last_at)) .. '.' .. last or nil)
  end
  repeat
    local piece = call('ZRANGE', set, S.decimal(rank), S.decimal(rank + most - 1), 'REV', 'WITHSCORES')
    local ids = {}
    for i = 1, #piece, 2 do ids[#ids + 1] = piece[i] end
    local cards = #ids > 0 and call('HMGET', prefix .. ':cards', unpack(ids))
    for i, id in ipairs(ids) do
      local at = piece[2 * i]
      if since > 0 and tonumber(at) < since then return reply(false) end
      if not is_left_out or not is_left_out(tonumber(at), id) then
        last, last_at = id, at
        local card = cards[i] or card_of(prefix .. ':incident:' .. id)
        if card and passes(wish, card, id) then
          local incident = wish.cards and { id, at, card } or call('HGETALL', prefix .. ':incident:' .. id)
          if #incident > 0 then found[#found + 1] = incident end
          if #found == limit then return reply(true) end
        end
      end
    end
    rank = rank + most
    if #ids < most then return reply(false) end
  until last
  return reply(true)
end)
