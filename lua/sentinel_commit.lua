-- sentinel_commit: a coordinator's batch is done: states saved, cursor moved, log trimmed, counters added; atomically.
--
-- FCALL sentinel_commit 1 <namespace>:{<partition>} epoch <lease> cursor <log position> entries <n>
--   [count <name> <n>]… [state <name> <ttl ms> <bytes>]…
--   entries: how many log entries this batch read
--   name of a state: u:<user>, t:<text>, a:<address> or x:<subject>, the part of its key behind `<prefix>:`; whatever stands there
--   is replaced
--   counters go to `<prefix>:stats:<UTC day>`
--
-- Replies: cursor <log position>, dropped <n>, the entries that fell off the log unread since the last commit, and
--   policy <hash>, by which a coordinator sees that another policy was applied.

local NAME = 'sentinel_commit'
local DAY = 86400000
local STATE_NAMES = ', want u:<user>, t:<text>, a:<address> or x:<subject>'
local EXPECTED = ' (known: count, cursor, entries, epoch, state)'

-- The words of the call: {epoch, cursor, entries}, list of {name, count}, list of {key, ttl, bytes}.
local function parse(prefix, argv)
  local single, counts, states = {}, {}, {}
  local i = 1
  while i <= #argv do
    local word, value, more, bytes = argv[i], argv[i + 1], argv[i + 2], argv[i + 3]
    if word == 'count' and more then
      if #value > 64 or not find(value, '^[%w_.:-]+$') then
        S.fail('BADARG', NAME .. ': count is of ' .. S.shown(value) .. ', want letters, digits and _.:-')
      end
      counts[#counts + 1] = { value, S.integer(NAME, 'count ' .. value, more, 0, S.MAX_TIME) }
      i = i + 3
    elseif word == 'state' and bytes then
      if #value > 320 or not find(value, '^[autx]:.') then
        S.fail('BADARG', NAME .. ': state is ' .. S.shown(value) .. STATE_NAMES)
      end
      states[#states + 1] = { prefix .. ':' .. value, S.integer(NAME, 'ttl', more, 1, S.MAX_TIME), bytes }
      i = i + 4
    elseif word == 'epoch' or word == 'cursor' or word == 'entries' then
      if not value then S.fail('BADARG', NAME .. ': ' .. word .. ' stands without its value') end
      if single[word] then S.fail('BADARG', NAME .. ': field ' .. word .. ' is given twice') end
      single[word] = value
      i = i + 2
    elseif word == 'count' or word == 'state' then
      S.fail('BADARG', NAME .. ': ' .. word .. ' stands without its values')
    else
      S.fail('BADARG', NAME .. ': unknown word ' .. S.shown(word) .. EXPECTED)
    end
  end
  return single, counts, states
end

-- Of the reply of XINFO, the value of one field.
local function field_of(info, field)
  for k = 1, #info, 2 do
    if info[k] == field then return info[k + 1] end
  end
  return nil
end

-- How many entries the group `coordinator` has behind it.
local function entries_read(stream)
  S.want_type(stream, 'stream')
  if call('EXISTS', stream) == 1 then
    for _, group in ipairs(call('XINFO', 'GROUPS', stream)) do
      if field_of(group, 'name') == 'coordinator' then return tonumber(field_of(group, 'entries-read') or 0) or 0 end
    end
  end
  S.fail('BADSTATE', NAME .. ': key ' .. S.shown(stream) .. ' has no group coordinator; sentinel_lease makes it')
end

S.register(NAME, {}, function(keys, argv)
  local prefix = S.partition(NAME, keys)
  local single, counts, states = parse(prefix, argv)
  local epoch, cursor = S.required(NAME, single, 'epoch'), S.required(NAME, single, 'cursor')
  local entries = S.integer(NAME, 'entries', S.required(NAME, single, 'entries'), 0, 1000000)
  local ms, seq = match(cursor, '^(%d+)%-(%d+)$')
  if not ms or #ms > 15 or #seq > 15 then
    S.fail('BADARG', NAME .. ': cursor is ' .. S.shown(cursor) .. ', want a log position like 1700000000000-0')
  end
  S.fence(NAME, prefix, epoch)
  local stream = prefix .. ':events'
  local stats = prefix .. ':stats:' .. S.decimal(floor(S.now(NAME, prefix) / DAY))
  local read = entries > 0 and entries_read(stream) + entries
  S.want_type(stats, 'hash')
  for _, count in ipairs(counts) do S.want_count(stats, count[1]) end
  S.want_count(stats, 'events')
  S.want_count(stats, 'dropped')

  for _, state in ipairs(states) do call('SET', state[1], state[3], 'PX', S.decimal(state[2])) end
  local dropped = 0
  if entries > 0 then
    call('XTRIM', stream, 'MINID', '=', ms .. '-' .. S.decimal(tonumber(seq) + 1))
    local added = field_of(call('XINFO', 'STREAM', stream), 'entries-added')
    dropped = math.max(0, added - call('XLEN', stream) - read)
    call('XGROUP', 'SETID', stream, 'coordinator', cursor, 'ENTRIESREAD', S.decimal(read + dropped))
    counts[#counts + 1] = { 'events', entries }
    if dropped > 0 then counts[#counts + 1] = { 'dropped', dropped, 'policy', POLICY.hash } end
  end
  for _, count in ipairs(counts) do call('HINCRBY', stats, count[1], S.decimal(count[2])) end
  call('PEXPIRE', stats, S.decimal(POLICY.retention))
  return { 'cursor', cursor, 'dropped', dropped, 'policy', POLICY.hash }
end)
