-- Blocks and allows.
--
-- `<prefix>:blocks` (sorted set: subject -> until in ms, +inf for permanent) is what verdicts ask: exact in every
-- clock.
-- `<prefix>:block` (hash: subject -> the block's JSON) is what answers and lists show. `<namespace>:block:<subject>` is
-- the public key with the same JSON and a TTL, for edges. `<prefix>:allow`, `<prefix>:allowed` and
-- `<namespace>:allow:<subject>` are the same for the allow list, which always wins.

-- What the list says of the names of the event, one entry each; nil where it says nothing.
function S.listed(event)
  local address, user = event.address, event.subjects.user
  local scores
  if not address then scores = call('ZMSCORE', place.blocks, user)
  elseif user then scores = call('ZMSCORE', place.blocks, user, unpack(S.address_names(address)))
  else scores = call('ZMSCORE', place.blocks, unpack(S.address_names(address))) end
  for i = 1, #scores do
    if scores[i] then return scores end
  end
  return nil
end

-- The name of the event that is blocked at `now` and nobody allows, and until when; nil if none. `scores`: what the
-- list says.
function S.blocked(event, scores, now)
  for i = 1, #scores do
    local till = scores[i] and tonumber(scores[i])
    if till and till > now then
      local names = S.names_of(event)
      if S.allowed(names, now) then return nil end
      return names[i], till
    end
  end
  return nil
end

local ALWAYS = {} -- whom the policy allows
S.preparations[#S.preparations + 1] = function()
  for _, name in ipairs(POLICY.allow) do ALWAYS[name] = true end
end

-- Changes of the list are numbered: `<prefix>:seq:blocks` holds the last number. What this Redis changed lately it
-- also remembers, by name, so that a block of one subject sends nobody else to ask the list. A memo, not state: where
-- a number was missed (another primary, another build of the library), or too many are known, it begins anew.
local CHANGES_MOST = 4096

-- Takes in the number that the list has now, as Redis holds it.
function S.note_list(text)
  if text == place.list then return end
  place.list, place.list_number = text, tonumber(text) or 0
  if place.list_number ~= place.changed then
    place.changed, place.changes_from = place.list_number, place.list_number
    place.changes, place.changes_known, place.nets_changed = { user = {}, ip = {} }, 0, 0
  end
end

local function note_change(prefix, seq, subject)
  local at = places[prefix]
  if not at or at.changed ~= seq - 1 then return end -- the next S.note_list finds out
  at.changed = seq
  local kind, id = match(subject, '^(.-):(.*)$')
  if kind == 'net' then
    at.nets_changed = seq
  elseif at.changes_known >= CHANGES_MOST then
    at.changes_from, at.changes, at.changes_known = seq, { user = {}, ip = {} }, 0
  elseif at.changes[kind] then
    at.changes[kind][id], at.changes_known = seq, at.changes_known + 1
  end
end

-- Whether a user (or nil) at an address ('': none) who were on no list at number `since` surely are on none now.
function S.still_unlisted(since, user, address)
  if since < place.changes_from or since > place.list_number then return false end
  local changes = place.changes
  if user and (changes.user[user] or 0) > since then return false end
  return address == '' or (changes.ip[address] or 0) <= since and place.nets_changed <= since
end

-- Whether any of these names is on the allow list, or allowed by the policy.
function S.allowed(names, now)
  for i = 1, #names do
    if ALWAYS[names[i]] then return true end
  end
  local scores = call('ZMSCORE', place.allow, unpack(names))
  for i = 1, #names do
    if scores[i] and tonumber(scores[i]) > now then return true end
  end
  return false
end

-- The same of each of these names: true or false.
function S.each_allowed(names, now)
  local allowed = call('ZMSCORE', place.allow, unpack(names))
  for i, name in ipairs(names) do
    allowed[i] = ALWAYS[name] or allowed[i] and tonumber(allowed[i]) > now
  end
  return allowed
end

-- Every name by which a block or an allow may reach this subject: itself, and the networks around an address.
function S.names(name, subject)
  local kind, id = match(subject, '^(.-):(.*)$')
  if kind ~= 'ip' then return { subject } end
  return S.address_names(S.address(name, 'subject', id))
end

local ACTIONS = { block = true, challenge = true, throttle = true }
local TEXTS = { 'action', 'reason', 'rule', 'incident', 'ref', 'by', 'note' }

-- What `<prefix>:block` holds of a subject, as a table without nulls, and as JSON; nil if nothing. `text`: what is
-- known to stand there.
function S.stored_block(prefix, subject, text)
  local key = prefix .. ':block'
  text = text or call('HGET', key, subject)
  if not text then return nil end
  local sound, block = pcall(cjson.decode, text)
  if not sound or type(block) ~= 'table' or not ACTIONS[block.action] or type(block.since) ~= 'number' then
    S.fail_foreign(key)
  end
  for _, field in ipairs(TEXTS) do
    if block[field] == cjson.null then block[field] = nil end
    if block[field] and type(block[field]) ~= 'string' then S.fail_foreign(key) end
  end
  if block['until'] == cjson.null then block['until'] = nil
  elseif type(block['until']) ~= 'number' then S.fail_foreign(key) end
  return block, text
end

-- Fails when `<prefix>:allowed` holds what no allow is.
function S.validate_allow(prefix, subject)
  local key = prefix .. ':allowed'
  local text = call('HGET', key, subject)
  if not text then return end
  local sound, allow = pcall(cjson.decode, text)
  if not sound or type(allow) ~= 'table' or type(allow.since) ~= 'number' then S.fail_foreign(key) end
end

-- The active block of a subject, or nil.
function S.block_of(prefix, subject, now)
  local till = call('ZSCORE', prefix .. ':blocks', subject)
  if not till or tonumber(till) <= now then return nil end
  return (S.stored_block(prefix, subject))
end

-- Takes out blocks or allows that time has ended, a bounded number per call. Their public keys end by their own TTL.
local function sweep(set, hash, now)
  local ended = call('ZRANGE', set, '-inf', S.decimal(now), 'BYSCORE', 'LIMIT', '0', '64')
  if #ended > 0 then
    call('ZREM', set, unpack(ended))
    call('HDEL', hash, unpack(ended))
  end
end

-- JSON with the members in the order of `order`; nil values become null.
local function json(order, values)
  local parts = {}
  for i, name in ipairs(order) do
    local value = values[name]
    local text
    if value == nil then text = 'null'
    elseif type(value) == 'number' then text = S.decimal(value)
    else text = cjson.encode(value) end
    parts[i] = '"' .. name .. '":' .. text
  end
  return '{' .. table.concat(parts, ',') .. '}'
end

local BLOCK_ORDER = { 'action', 'reason', 'rule', 'incident', 'ref', 'by', 'note', 'since', 'until' }

local LOG_MOST = '10000' -- changes that are kept for those who missed some

-- One message on the channel of blocks, and the same in the log of changes, whose entries have the number as their id.
-- `details`: `,"block":…` or `,"allow":…`; `seq`: its number, where it has got one.
local function announce(namespace, prefix, change, subject, details, now, seq)
  seq = seq or call('INCR', prefix .. ':seq:blocks')
  local message = '{"seq":' .. S.decimal(seq) .. ',"at":' .. S.decimal(now) .. ',"change":"' .. change
    .. '","subject":' .. cjson.encode(S.printable(subject)) .. details .. '}'
  local log, id = namespace .. ':blocks:log', S.decimal(seq) .. '-0'
  if redis.pcall('XADD', log, 'MAXLEN', '~', LOG_MOST, id, 'change', message).err then
    -- Its numbers are of another time.
    call('DEL', log)
    call('XADD', log, id, 'change', message)
  end
  call('PUBLISH', namespace .. ':blocks', message)
  note_change(prefix, seq, subject)
end

-- Looks at the keys that are written for any subject, so that a foreign one fails before the first write.
function S.validate_for_list(namespace, prefix)
  for _, name in ipairs({ ':seq:blocks', ':seq:refs' }) do S.want_counter(prefix .. name) end
  for _, set in ipairs({ ':blocks', ':allow' }) do S.want_type(prefix .. set, 'zset') end
  S.want_type(prefix .. ':block', 'hash')
  S.want_type(namespace .. ':blocks:log', 'stream')
  for _, reason in ipairs({ 'ABUSE', 'MALICIOUS_CONTENT', 'SPAM', 'FRAUD', 'MANUAL' }) do
    S.validate_tally(prefix, 'block:' .. reason)
  end
  S.validate_audit(prefix)
end

-- Sets a block (the fields of BLOCK_ORDER but ref) and tells everybody. Returns its ref.
function S.set_block(namespace, prefix, subject, block, now)
  local before = call('HGET', prefix .. ':block', subject)
  local added, texts = S.put_blocks(namespace, prefix, { subject }, { block }, now)
  S.audit(prefix, now, block.by, 'block', subject, {
    before = added == 0 and before or nil, after = texts[2], note = block.note,
  })
  return block.ref, added == 1 and 'added' or 'changed'
end

-- The same of many, each of them once, without entries in the audit log. Returns how many were not blocked before, and
-- the subjects, each with its JSON behind it.
function S.put_blocks(namespace, prefix, subjects, blocks, now)
  sweep(prefix .. ':blocks', prefix .. ':block', now)
  local count, standing = #subjects, call('ZMSCORE', prefix .. ':blocks', unpack(subjects))
  local first_ref = call('INCRBY', prefix .. ':seq:refs', S.decimal(count)) - count
  local head = 'b' .. match(prefix, '{(%d+)}$') .. '-'
  local ends, texts = {}, {}
  for i, block in ipairs(blocks) do
    block.ref = head .. S.decimal(first_ref + i)
    local text, till = json(BLOCK_ORDER, block), block['until']
    local key = namespace .. ':block:' .. subjects[i]
    if till then call('SET', key, text, 'PX', S.decimal(till - now)) else call('SET', key, text) end
    ends[2 * i - 1], ends[2 * i] = till and S.decimal(till) or '+inf', subjects[i]
    texts[2 * i - 1], texts[2 * i] = subjects[i], text
  end
  call('ZADD', prefix .. ':blocks', unpack(ends))
  call('HSET', prefix .. ':block', unpack(texts))
  local first_seq = call('INCRBY', prefix .. ':seq:blocks', S.decimal(count)) - count
  local added, by_reason = 0, {}
  for i, block in ipairs(blocks) do
    local change = standing[i] and 'changed' or 'added'
    announce(namespace, prefix, change, subjects[i], ',"block":' .. texts[2 * i], now, first_seq + i)
    if change == 'added' then
      added = added + 1
      by_reason[block.reason] = (by_reason[block.reason] or 0) + 1
    end
  end
  for reason, more in pairs(by_reason) do S.tally(prefix, 'block:' .. reason, more) end
  return added, texts
end

-- Lifts the block of a subject; false if there is none. In a replay (`at`), whose clock is not that of Redis, a public
-- key may outlive its block: it goes too, but counts for nothing.
function S.lift_block(namespace, prefix, subject, by, note, now, at)
  sweep(prefix .. ':blocks', prefix .. ':block', now)
  local till = call('ZSCORE', prefix .. ':blocks', subject)
  local text = call('HGET', prefix .. ':block', subject)
  call('ZREM', prefix .. ':blocks', subject)
  call('HDEL', prefix .. ':block', subject)
  local key = call('DEL', namespace .. ':block:' .. subject)
  if not (till and tonumber(till) > now) and (at or key == 0) then return false end
  announce(namespace, prefix, 'lifted', subject, ',"block":' .. (text or 'null'), now)
  S.audit(prefix, now, by, 'unblock', subject, { before = text or nil, note = note })
  return true
end

local ALLOW_ORDER = { 'by', 'note', 'since', 'until' }

function S.set_allow(namespace, prefix, subject, allow, now)
  sweep(prefix .. ':allow', prefix .. ':allowed', now)
  local text, till = json(ALLOW_ORDER, allow), allow['until']
  local key = namespace .. ':allow:' .. subject
  local before = call('HGET', prefix .. ':allowed', subject) or nil
  if till then call('SET', key, text, 'PX', S.decimal(till - now)) else call('SET', key, text) end
  call('ZADD', prefix .. ':allow', till and S.decimal(till) or '+inf', subject)
  call('HSET', prefix .. ':allowed', subject, text)
  announce(namespace, prefix, 'allowed', subject, ',"allow":' .. text, now)
  S.audit(prefix, now, allow.by, 'allow', subject, { before = before, after = text, note = allow.note })
end

function S.lift_allow(namespace, prefix, subject, by, note, now)
  sweep(prefix .. ':allow', prefix .. ':allowed', now)
  local text = call('HGET', prefix .. ':allowed', subject)
  local had = call('ZREM', prefix .. ':allow', subject)
  call('HDEL', prefix .. ':allowed', subject)
  call('DEL', namespace .. ':allow:' .. subject)
  if had == 0 then return false end
  announce(namespace, prefix, 'disallowed', subject, ',"allow":' .. (text or 'null'), now)
  S.audit(prefix, now, by, 'disallow', subject, { before = text or nil, note = note })
  return true
end
