-- Blocks and allows.
--
-- `<prefix>:blocks` (sorted set: subject -> until in ms, +inf for permanent) is what verdicts ask: exact in every
-- clock.
-- `<prefix>:block` (hash: subject -> the block's JSON) is what answers and lists show. `<namespace>:block:<subject>` is
-- the public key with the same JSON and a TTL, for edges. `<prefix>:allow`, `<prefix>:allowed` and
-- `<namespace>:allow:<subject>` are the same for the allow list, which always wins.

-- The subject among `subjects` that is blocked at `now` and nobody allows, and until when; nil if none.
function S.blocked(prefix, subjects, now)
  local scores = redis.call('ZMSCORE', prefix .. ':blocks', unpack(subjects))
  for i = 1, #subjects do
    if scores[i] then
      local till = tonumber(scores[i])
      if till > now and not S.allowed(prefix, subjects, now) then return subjects[i], till end
    end
  end
  return nil
end

function S.allowed(prefix, subjects, now)
  local scores = redis.call('ZMSCORE', prefix .. ':allow', unpack(subjects))
  for i = 1, #subjects do
    if scores[i] and tonumber(scores[i]) > now then return true end
  end
  return false
end

-- Every name by which a block or an allow may reach this subject: itself, and the networks around an address.
function S.names(name, subject)
  local kind, id = string.match(subject, '^(.-):(.*)$')
  if kind ~= 'ip' then return { subject } end
  local address = S.address(name, 'subject', id)
  return { address.ip, unpack(address.nets) }
end

-- The active block of a subject as a table, or nil.
function S.block_of(prefix, subject, now)
  local till = redis.call('ZSCORE', prefix .. ':blocks', subject)
  if not till or tonumber(till) <= now then return nil end
  local text = redis.call('HGET', prefix .. ':block', subject)
  return text and cjson.decode(text)
end

-- Takes out blocks or allows that time has ended, a bounded number per call.
local function sweep(set, hash, now)
  local ended = redis.call('ZRANGE', set, '-inf', S.decimal(now), 'BYSCORE', 'LIMIT', '0', '64')
  if #ended > 0 then
    redis.call('ZREM', set, unpack(ended))
    redis.call('HDEL', hash, unpack(ended))
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

-- One message on the channel of blocks; `extra` is the block's JSON or nil.
local function announce(namespace, prefix, change, subject, text)
  local seq = redis.call('INCR', prefix .. ':seq:blocks')
  local message = '{"seq":' .. S.decimal(seq) .. ',"change":"' .. change .. '","subject":'
    .. cjson.encode(S.printable(subject)) .. ',"block":' .. (text or 'null') .. '}'
  redis.call('PUBLISH', namespace .. ':blocks', message)
  return seq
end

-- Everything that admins and the coordinator changed, newest last, at most POLICY.audit_most entries.
function S.audit(prefix, now, by, what, subject, detail)
  redis.call('XADD', prefix .. ':audit', 'MAXLEN', '~', POLICY.audit_most, '*', 'at', S.decimal(now), 'by', by,
    'what', what, 'subject', S.printable(subject), 'detail', detail or '')
end

-- Sets a block (the fields of BLOCK_ORDER but ref) and tells everybody. Returns its ref.
function S.set_block(namespace, prefix, subject, block, now)
  sweep(prefix .. ':blocks', prefix .. ':block', now)
  local change = redis.call('ZSCORE', prefix .. ':blocks', subject) and 'changed' or 'added'
  block.ref = 'b' .. string.match(prefix, '{(%d+)}$') .. '-' .. S.decimal(redis.call('INCR', prefix .. ':seq:refs'))
  local text = json(BLOCK_ORDER, block)
  local key = namespace .. ':block:' .. subject
  local till = block['until']
  if till then redis.call('SET', key, text, 'PX', S.decimal(till - now)) else redis.call('SET', key, text) end
  redis.call('ZADD', prefix .. ':blocks', till and S.decimal(till) or '+inf', subject)
  redis.call('HSET', prefix .. ':block', subject, text)
  announce(namespace, prefix, change, subject, text)
  S.audit(prefix, now, block.by, 'block', subject, text)
  return block.ref, change
end

-- Lifts the block of a subject; false if there is none.
function S.lift_block(namespace, prefix, subject, by, note, now)
  local had = redis.call('ZREM', prefix .. ':blocks', subject)
  local text = redis.call('HGET', prefix .. ':block', subject)
  redis.call('HDEL', prefix .. ':block', subject)
  local key = redis.call('DEL', namespace .. ':block:' .. subject)
  if had == 0 and key == 0 then return false end
  announce(namespace, prefix, 'lifted', subject, text)
  S.audit(prefix, now, by, 'unblock', subject, note)
  return true
end

local ALLOW_ORDER = { 'by', 'note', 'since', 'until' }

function S.set_allow(namespace, prefix, subject, allow, now)
  sweep(prefix .. ':allow', prefix .. ':allowed', now)
  local text, till = json(ALLOW_ORDER, allow), allow['until']
  local key = namespace .. ':allow:' .. subject
  if till then redis.call('SET', key, text, 'PX', S.decimal(till - now)) else redis.call('SET', key, text) end
  redis.call('ZADD', prefix .. ':allow', till and S.decimal(till) or '+inf', subject)
  redis.call('HSET', prefix .. ':allowed', subject, text)
  S.audit(prefix, now, allow.by, 'allow', subject, text)
end

function S.lift_allow(namespace, prefix, subject, by, note, now)
  local had = redis.call('ZREM', prefix .. ':allow', subject)
  redis.call('HDEL', prefix .. ':allowed', subject)
  redis.call('DEL', namespace .. ':allow:' .. subject)
  if had == 0 then return false end
  S.audit(prefix, now, by, 'disallow', subject, note)
  return true
end
