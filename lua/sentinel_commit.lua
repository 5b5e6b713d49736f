-- sentinel_commit: a coordinator's batch is done: states saved, cursor moved, log trimmed, counters added; atomically.
--
-- FCALL sentinel_commit 1 <namespace>:{<partition>} epoch <lease> cursor <log position> entries <n>
--   [count <name> <n>]… [states <ttl ms> <n> [<name> <bytes>]…]… [fields <hash> <ttl ms> <n> [<field> <bytes>]…]…
--   [busy <span> <ttl ms> <n> [<events> <address>]…]…
--   entries: how many log entries this batch read
--   states: n of them, that live as long; a name is u:<user>, a:<address> or x:<subject>, the part of its key behind
--     `<prefix>:`; whatever stands there is replaced
--   fields: n of a hash t:#<term>:<span>, see TextShelves.swift, or e:#<span>:<bucket>, see ActivityShelf.swift; such a
--     hash that has FIELDS_MOST of them takes no more, so that made-up subjects fill no memory
--   busy: addresses and how many events they had in that span so far; the BUSY_MOST busiest are kept
--   counters go to `<prefix>:stats:<UTC day>`
--
-- Replies: cursor <log position>, dropped <n>, the entries that fell off the log unread since the last commit, and
--   policy <hash>, by which a coordinator sees that another policy was applied.

local NAME = 'sentinel_commit'
local DAY = 86400000
local UNPACKED = 2000 -- arguments at once: Lua allows 8000
local STATE_NAMES = ', want u:<user>, a:<address> or x:<subject>'
local EXPECTED = ' (known: busy, count, cursor, entries, epoch, fields, states)'
local FIELDS_MOST, BUSY_MOST = 524288, 1000

-- The last place in argv of `text` pairs, of which the first is at i.
local function pairs_end(word, text, i, argv)
  local stop = i - 1 + 2 * S.integer(NAME, word, text, 0, 1000000)
  if stop > #argv then S.fail('BADARG', NAME .. ': ' .. word .. ' are fewer than the ' .. text .. ' announced') end
  return stop
end

-- The words of the call: {epoch, cursor, entries}, list of {name, count}, list of {ttl, first and last place in argv},
-- list of {hash, ttl, first and last place}, list of {set, ttl, first and last place}.
local function parse(argv)
  local single, counts, states, hashes, busy = {}, {}, {}, {}, {}
  local i = 1
  while i <= #argv do
    local word, value, more = argv[i], argv[i + 1], argv[i + 2]
    if word == 'count' and more then
      if #value > 64 or not find(value, '^[%w_.:-]+$') then
        S.fail('BADARG', NAME .. ': count is of ' .. S.shown(value) .. ', want letters, digits and _.:-')
      end
      counts[#counts + 1] = { value, S.integer(NAME, 'count ' .. value, more, 0, S.MAX_TIME) }
      i = i + 3
    elseif word == 'states' and more then
      local ttl = S.integer(NAME, 'ttl', value, 1, S.MAX_TIME)
      local stop = pairs_end(word, more, i + 3, argv)
      for k = i + 3, stop, 2 do
        local name = argv[k]
        if #name > 320 or not find(name, '^[aux]:.') then
          S.fail('BADARG', NAME .. ': name of a state is ' .. S.shown(name) .. STATE_NAMES)
        end
      end
      states[#states + 1] = { ttl, i + 3, stop }
      i = stop + 1
    elseif word == 'fields' and argv[i + 3] then
      if #value > 64 or not (find(value, '^t:#%l+:%-?%d+$') or find(value, '^e:#%-?%d+:%d%d?$')) then
        S.fail('BADARG', NAME .. ': fields are of ' .. S.shown(value)
          .. ', want t:#<term>:<span> or e:#<span>:<bucket>')
      end
      local ttl, stop = S.integer(NAME, 'ttl', more, 1, S.MAX_TIME), pairs_end(word, argv[i + 3], i + 4, argv)
      hashes[#hashes + 1] = { value, ttl, i + 4, stop }
      i = stop + 1
    elseif word == 'busy' and argv[i + 3] then
      if #value > 20 or not find(value, '^%-?%d+$') then
        S.fail('BADARG', NAME .. ': busy is of ' .. S.shown(value) .. ', want the number of a span')
      end
      local ttl, stop = S.integer(NAME, 'ttl', more, 1, S.MAX_TIME), pairs_end(word, argv[i + 3], i + 4, argv)
      for k = i + 4, stop, 2 do
        S.integer(NAME, 'events', argv[k], 1, S.MAX_TIME)
        S.bounded(NAME, 'address', argv[k + 1], 64)
      end
      busy[#busy + 1] = { 'busy:' .. value, ttl, i + 4, stop }
      i = stop + 1
    elseif word == 'epoch' or word == 'cursor' or word == 'entries' then
      if not value then S.fail('BADARG', NAME .. ': ' .. word .. ' stands without its value') end
      if single[word] then S.fail('BADARG', NAME .. ': field ' .. word .. ' is given twice') end
      single[word] = value
      i = i + 2
    elseif word == 'count' or word == 'states' or word == 'fields' or word == 'busy' then
      S.fail('BADARG', NAME .. ': ' .. word .. ' stands without its values')
    else
      S.fail('BADARG', NAME .. ': unknown word ' .. S.shown(word) .. EXPECTED)
    end
  end
  return single, counts, states, hashes, busy
end

-- How many entries the group `coordinator` has behind it.
local function entries_read(stream)
  S.want_type(stream, 'stream')
  if call('EXISTS', stream) == 1 then
    for _, group in ipairs(call('XINFO', 'GROUPS', stream)) do
      if S.field_of(group, 'name') == 'coordinator' then
        return tonumber(S.field_of(group, 'entries-read') or 0) or 0
      end
    end
  end
  S.fail('BADSTATE', NAME .. ': key ' .. S.shown(stream) .. ' has no group coordinator; sentinel_lease makes it')
end

S.register(NAME, {}, function(keys, argv)
  local prefix = S.partition(NAME, keys)
  local single, counts, states, hashes, busy = parse(argv)
  local epoch, cursor = S.required(NAME, single, 'epoch'), S.required(NAME, single, 'cursor')
  local entries = S.integer(NAME, 'entries', S.required(NAME, single, 'entries'), 0, 1000000)
  local ms, seq = match(cursor, '^(%d+)%-(%d+)$')
  if not ms or #ms > 15 or #seq > 15 then
    S.fail('BADARG', NAME .. ': cursor is ' .. S.shown(cursor) .. ', want a log position like 1700000000000-0')
  end
  S.fence(NAME, prefix, epoch)
  local stream = prefix .. ':events'
  local now = S.now(NAME, prefix)
  local stats = prefix .. ':stats:' .. S.decimal(floor(now / DAY))
  local read = entries > 0 and entries_read(stream) + entries
  S.want_type(stats, 'hash')
  for _, count in ipairs(counts) do S.want_count(stats, count[1]) end
  S.want_count(stats, 'events')
  S.want_count(stats, 'dropped')
  S.want_count(stats, 'timeline_full')

  local head = prefix .. ':'
  for _, hash in ipairs(hashes) do S.want_type(head .. hash[1], 'hash') end
  for _, set in ipairs(busy) do S.want_type(head .. set[1], 'zset') end
  local full = 0
  for _, hash in ipairs(hashes) do
    local key = head .. hash[1]
    if sub(hash[1], 1, 1) == 'e' and call('HLEN', key) >= FIELDS_MOST then
      full = full + (hash[4] - hash[3] + 1) / 2
      hash[4] = hash[3] - 1
    end
    for k = hash[3], hash[4], UNPACKED do call('HSET', key, unpack(argv, k, math.min(k + UNPACKED - 1, hash[4]))) end
    if hash[4] > hash[3] then call('PEXPIREAT', key, S.decimal(now + hash[2])) end
  end
  for _, set in ipairs(busy) do
    local key = head .. set[1]
    for k = set[3], set[4], UNPACKED do call('ZADD', key, unpack(argv, k, math.min(k + UNPACKED - 1, set[4]))) end
    if set[4] > set[3] then
      if call('ZCARD', key) > BUSY_MOST then call('ZREMRANGEBYRANK', key, '0', -BUSY_MOST - 1) end
      call('PEXPIREAT', key, S.decimal(now + set[2]))
    end
  end
  if full > 0 then counts[#counts + 1] = { 'timeline_full', full } end
  for _, group in ipairs(states) do
    local till = S.decimal(now + group[1])
    for k = group[2], group[3], 2 do call('SET', head .. argv[k], argv[k + 1], 'PXAT', till) end
  end
  local dropped = 0
  if entries > 0 then
    call('XTRIM', stream, 'MINID', '=', ms .. '-' .. S.decimal(tonumber(seq) + 1))
    local added = S.field_of(call('XINFO', 'STREAM', stream), 'entries-added')
    dropped = math.max(0, added - call('XLEN', stream) - read)
    call('XGROUP', 'SETID', stream, 'coordinator', cursor, 'ENTRIESREAD', S.decimal(read + dropped))
    counts[#counts + 1] = { 'events', entries }
    if dropped > 0 then counts[#counts + 1] = { 'dropped', dropped, 'policy', POLICY.hash } end
  end
  for _, count in ipairs(counts) do call('HINCRBY', stats, count[1], S.decimal(count[2])) end
  call('PEXPIRE', stats, S.decimal(POLICY.retention))
  return { 'cursor', cursor, 'dropped', dropped, 'policy', POLICY.hash }
end)
