-- sentinel_forget: erases what is known of a subject.
--
-- FCALL sentinel_forget 1 <namespace>:{<partition>} subject <type:id> first <span> last <span> [cursor <cursor>]
--   [again 1] [by <name>] [note <text>] [at <ms>]
--   first, last: numbers of the spans that activity may be kept of (ActivityShelf.swift), 64 at most apart.
--   again: only the keys of the subject, once more, without a word in the audit log: what a coordinator wrote that had
--     read of it before.
--
-- Erased are its counts, windows and remembered ids, its histories and suspicion, its activity, its incidents with
-- their cards, its alerts, its events that wait in the log, its block and its exemption. What others are known for is
-- not: an address keeps its accounts, a text its authors, as long as the policy says. The audit log keeps the entries
-- on it, for its chain would break, and gets one more; so does the log of blocks, by whose numbers edges go.
--
-- Replies: erased <n>, keys and entries, and cursor <cursor> while there is more to look through: the same call with
--   it goes on. A call looks at 500 incidents, or alerts, or entries of the log, at most.

local NAME = 'sentinel_forget'
local KNOWN = {
  subject = true, first = true, last = true, cursor = true, again = true, by = true, note = true, at = true,
}
local MOST, MOST_SPANS, BUCKETS = 500, 64, 8

-- As in ActivityShelf.swift.
local function bucket_of(subject)
  local rest = 0
  for i = 1, #subject do rest = (rest * 31 + string.byte(subject, i)) % 65521 end
  return rest % BUCKETS
end

local function span(field, value)
  local sign, number = match(value, '^(%-?)(%d+)$')
  if not sign or #number > 15 then
    S.fail('BADARG', NAME .. ': ' .. field .. ' is ' .. S.shown(value) .. ', want the number of a span')
  end
  return tonumber(value)
end

-- Keys that begin with these words, then the subject; and for each rule its slices.
local function keys_of(prefix, subject, now)
  local keys = {}
  for _, word in ipairs({ 'u', 'a', 'x', 'i', 'j', 't', 'open', 'mark', 'repeats', 'acts' }) do
    keys[#keys + 1] = prefix .. ':' .. word .. ':' .. subject
  end
  for _, scope in ipairs(SCOPES) do
    keys[#keys + 1] = place.states[scope] .. subject
    for _, series in ipairs(scope.series) do keys[#keys + 1] = place.windows[series] .. subject end
    for _, rule in ipairs(scope.sets) do
      local newest = floor(now / rule.step)
      for slice = newest - rule.slices - 1, newest + 1 do
        keys[#keys + 1] = prefix .. ':d:' .. rule.id .. ':' .. S.decimal(slice) .. ':' .. subject
      end
    end
  end
  return keys
end

-- Erases the keys of a subject, and its fields in those that it shares. Returns how many.
local function erase_own(prefix, subject, first, last, now)
  local erased, bucket = call('DEL', unpack(keys_of(prefix, subject, now))), bucket_of(subject)
  for number = first, last do
    local fields = {}
    for field = 0, 1000 do
      fields[field + 1] = string.char(floor(field / 256), field % 256) .. subject
    end
    erased = erased + call('HDEL', prefix .. ':e:#' .. S.decimal(number) .. ':' .. bucket, unpack(fields))
    call('ZREM', prefix .. ':busy:' .. S.decimal(number), subject)
  end
  return erased
end

-- Deletes from a stream, after `from`, what `is_about` says, `most` entries. Returns how many, and where to go on.
local function purge(stream, from, most, is_about)
  local entries, erased = call('XRANGE', stream, from and '(' .. from or '-', '+', 'COUNT', S.decimal(most)), 0
  for _, entry in ipairs(entries) do
    local fields = {}
    for i = 1, #entry[2], 2 do fields[entry[2][i]] = entry[2][i + 1] end
    if is_about(fields) then erased = erased + call('XDEL', stream, entry[1]) end
  end
  return erased, #entries == most and entries[most][1] or nil
end

-- Tells the coordinator's group that so many entries are gone, or it would count them as lost.
local function settle(stream, erased)
  if erased == 0 then return end
  for _, group in ipairs(call('XINFO', 'GROUPS', stream)) do
    local read = S.field_of(group, 'entries-read')
    if S.field_of(group, 'name') == 'coordinator' and read then
      call('XGROUP', 'SETID', stream, 'coordinator', S.field_of(group, 'last-delivered-id'), 'ENTRIESREAD',
        S.decimal(read + erased))
    end
  end
end

-- Erases the incidents of a subject among `most` in the list, from a rank on.
local function purge_incidents(prefix, subject, rank, most)
  local ids, erased = call('ZRANGE', prefix .. ':incidents', S.decimal(rank), S.decimal(rank + most - 1)), 0
  for _, id in ipairs(ids) do
    local key = prefix .. ':incident:' .. id
    if call('HGET', key, 'subject') == subject then
      call('DEL', key)
      call('ZREM', prefix .. ':incidents', id)
      call('ZREM', prefix .. ':pending', id)
      call('HDEL', prefix .. ':cards', id)
      erased = erased + 1
    end
  end
  return erased, #ids == most and rank + most - erased or nil
end

S.register(NAME, {}, function(keys, argv)
  local prefix, namespace = S.partition(NAME, keys)
  local wish = S.fields(NAME, argv, KNOWN)
  local subject = S.subject(NAME, S.required(NAME, wish, 'subject'))
  local first, last = span('first', S.required(NAME, wish, 'first')), span('last', S.required(NAME, wish, 'last'))
  if first > last or last - first > MOST_SPANS then
    S.fail('BADARG', NAME .. ': first and last are ' .. MOST_SPANS .. ' apart at most, first before last')
  end
  local step, from = 'begin', nil
  if wish.cursor then
    step, from = match(wish.cursor, '^(%l+)%.?([%d%-]*)$')
    if from == '' then from = nil end
    local is_place = step == 'incidents' and from and not find(from, '%D')
      or (step == 'events' or step == 'alerts') and (not from or find(from, '^%d+%-%d+$'))
    if not is_place then
      S.fail('BADARG', NAME .. ': cursor is ' .. S.shown(wish.cursor) .. ', want one that a reply had')
    end
  end
  local by, note = S.signed(NAME, wish)
  local now = S.now(NAME, prefix, wish.at)
  S.validate_for_change(namespace, prefix, subject)
  S.want_type(prefix .. ':pending', 'zset')
  S.want_type(prefix .. ':cards', 'hash')
  for number = first, last do
    S.want_type(prefix .. ':e:#' .. S.decimal(number) .. ':' .. bucket_of(subject), 'hash')
    S.want_type(prefix .. ':busy:' .. S.decimal(number), 'zset')
  end
  local erased = 0

  if step == 'begin' then
    if wish.again then return { 'erased', erase_own(prefix, subject, first, last, now) } end
    if S.lift_block(namespace, prefix, subject, by, nil, now, wish.at) then erased = erased + 1 end
    if S.lift_allow(namespace, prefix, subject, by, nil, now) then erased = erased + 1 end
    erased = erased + erase_own(prefix, subject, first, last, now)
    -- The coordinator forgets what it holds in memory.
    call('XADD', prefix .. ':events', 'MAXLEN', '~', POLICY.log_most, '*',
      unpack(S.reply('kind', 'unblock', 'subject', subject, 'forget', '1', 'at', wish.at)))
    S.audit(prefix, now, by, 'forget', subject, { note = note })
    return { 'erased', erased, 'cursor', 'incidents.0' }
  elseif step == 'incidents' then
    local gone, rest = purge_incidents(prefix, subject, tonumber(from), MOST)
    return { 'erased', gone, 'cursor', rest and 'incidents.' .. S.decimal(rest) or 'alerts' }
  elseif step == 'alerts' then
    local named = '"subject":' .. cjson.encode(S.printable(subject)) .. ','
    local gone, rest = purge(namespace .. ':alerts:log', from, MOST, function(fields)
      return fields.alert and find(fields.alert, named, 1, true)
    end)
    return { 'erased', gone, 'cursor', rest and 'alerts.' .. rest or 'events' }
  end
  local kind, id = match(subject, '^(.-):(.*)$')
  local gone, rest = purge(prefix .. ':events', from, MOST, function(fields)
    return kind == 'user' and fields.user == id or kind == 'ip' and fields.ip == id
  end)
  settle(prefix .. ':events', gone)
  return S.reply('erased', gone, 'cursor', rest and 'events.' .. rest or nil)
end)
