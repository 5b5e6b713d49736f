-- sentinel_commit: a coordinator's batch is done: states saved, cursor moved, log trimmed, counters added; atomically.
--
-- FCALL sentinel_commit 1 <namespace>:{<partition>} epoch <lease> cursor <log position> entries <n>
--   [count <name> <n>]… [state <name> <ttl ms> <bytes>]…
--   entries: how many log entries this batch read; name of a state: the part of its key behind `<prefix>:`
--   counters go to `<prefix>:stats:<UTC day>`
--
-- Replies: cursor <log position> dropped <n>, the entries that fell off the log unread since the last commit.

local NAME = 'sentinel_commit'
local DAY = 86400000

S.register(NAME, {}, function(keys, argv)
  local prefix = S.partition(NAME, keys)
  local epoch, cursor, entries
  local counts, states = {}, {}
  local i = 1
  while i <= #argv do
    local word, value = argv[i], argv[i + 1]
    if not value then S.fail('BADARG', NAME .. ': ' .. S.shown(word) .. ' stands without its value') end
    if word == 'epoch' then epoch = value
    elseif word == 'cursor' then cursor = value
    elseif word == 'entries' then entries = S.integer(NAME, 'entries', value, 0, 1000000)
    elseif word == 'count' and argv[i + 2] then
      counts[#counts + 1] = { value, S.integer(NAME, 'count', argv[i + 2], 0, S.MAX_TIME) }
      i = i + 1
    elseif word == 'state' and argv[i + 3] then
      states[#states + 1] = { value, S.integer(NAME, 'ttl', argv[i + 2], 1, S.MAX_TIME), argv[i + 3] }
      i = i + 2
    else
      S.fail('BADARG', NAME .. ': unknown word ' .. S.shown(word)
        .. ' (known: count, cursor, entries, epoch, state)')
    end
    i = i + 2
  end
  if not (epoch and cursor and entries) then
    S.fail('BADARG', NAME .. ': wants epoch, cursor and entries')
  end
  if not find(cursor, '^%d+%-%d+$') then
    S.fail('BADARG', NAME .. ': cursor is ' .. S.shown(cursor) .. ', want a log position like 1700000000000-0')
  end
  S.fence(NAME, prefix, epoch)
  local stream = prefix .. ':events'
  local stats = prefix .. ':stats:' .. S.decimal(floor(S.now(NAME, prefix) / DAY))
  call('HLEN', stats)
  call('XLEN', stream)

  for _, state in ipairs(states) do
    call('SET', prefix .. ':' .. state[1], state[3], 'PX', S.decimal(state[2]))
  end
  local dropped = 0
  if entries > 0 then
    local read = 0
    local group = call('XINFO', 'GROUPS', stream)[1]
    for k = 1, #group, 2 do
      if group[k] == 'entries-read' then read = tonumber(group[k + 1]) or 0 end
    end
    read = read + entries
    local ms, seq = match(cursor, '^(%d+)%-(%d+)$')
    call('XTRIM', stream, 'MINID', '=', ms .. '-' .. S.decimal(tonumber(seq) + 1))
    local added = 0
    local info = call('XINFO', 'STREAM', stream)
    for k = 1, #info, 2 do
      if info[k] == 'entries-added' then added = info[k + 1] end
    end
    dropped = math.max(0, added - call('XLEN', stream) - read)
    call('XGROUP', 'SETID', stream, 'coordinator', cursor, 'ENTRIESREAD', S.decimal(read + dropped))
    counts[#counts + 1] = { 'events', entries }
    if dropped > 0 then counts[#counts + 1] = { 'dropped', dropped } end
  end
  for _, count in ipairs(counts) do call('HINCRBY', stats, count[1], S.decimal(count[2])) end
  call('PEXPIRE', stats, POLICY.retention)
  return { 'cursor', cursor, 'dropped', dropped }
end)
