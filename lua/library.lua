-- What every function of the library shares: errors, arguments, time, subjects.
--
-- The library is one Lua chunk: the compiled policy (POLICY), this file, the helper files (address, state,
-- distinct, blocks), then one file per registered function. Helpers hang on the table S, because locals of one
-- file are upvalues of the next. Redis offers `redis.call`, `struct`, `cjson`, `string` only inside a call, so
-- nothing here touches them while loading. <https://redis.io/docs/latest/develop/programmability/functions-intro/>
--
-- Errors a caller can meet, always before anything was written:
--   BADARG   an argument is missing, unknown, or has a value that makes no sense: the text names it
--   BADSTATE a private key holds something that this library did not write
--   FENCED   the caller's lease is over
--   ALLOWED  the subject is on the allow list
-- and Redis' own WRONGTYPE, OOM, READONLY.

local S = {}

S.version = 1

-- Raises an error reply: `fail('BADARG', 'field …')`. Redis sends the text as it is.
function S.fail(code, message)
  error({ err = code .. ' ' .. message }, 0)
end

-- Printable form of any bytes: as is when short and plain ASCII, else percent-encoded; at most 64 bytes of it.
function S.shown(value)
  local text = tostring(value)
  local cut = #text > 64
  text = string.gsub(string.sub(text, 1, 64), '[^\32-\126]', function(c)
    return string.format('%%%02X', string.byte(c))
  end)
  return "'" .. text .. (cut and "…'" or "'")
end

-- KEYS[1], which is `<namespace>:{<partition>}`, and its two parts. The last one is remembered: it is nearly always
-- the same.
local last_key, last_namespace, last_partition
function S.partition(name, keys)
  local key = keys[1]
  if key ~= last_key or #keys ~= 1 then
    if #keys ~= 1 then
      S.fail('BADARG', name .. ': wants exactly 1 key, <namespace>:{<partition>}, and got ' .. #keys)
    end
    local namespace, partition = string.match(key, '^([%w_.-]+):{(%d+)}$')
    if not namespace then
      S.fail('BADARG', name .. ': the key is ' .. S.shown(key) .. ', want <namespace>:{<partition>}, like sentinel:{0}')
    end
    last_key, last_namespace, last_partition = key, namespace, partition
  end
  return key, last_namespace, last_partition
end

-- An integer argument within [low, high]; error otherwise.
function S.integer(name, field, value, low, high)
  local number = string.match(value, '^-?%d+$') and #value <= 16 and tonumber(value)
  if not number or number < low or number > high then
    S.fail('BADARG', string.format('%s: %s is %s, want a whole number from %.0f to %.0f', name, field, S.shown(value),
      low, high))
  end
  return number
end

-- A decimal number without exponent, as Redis wants it in scores and arguments.
function S.decimal(number)
  return string.format('%.0f', number)
end

S.MAX_TIME = 9007199254740991 -- 2^53 - 1: what a double holds exactly

-- ARGV as field/value pairs. `known` says which fields there are. Each at most once.
function S.fields(name, argv, known)
  local fields, count = {}, #argv
  if count % 2 == 1 then
    S.fail('BADARG', name .. ': wants pairs of field and value, and got an odd number of arguments (' .. count .. ')')
  end
  for i = 1, count, 2 do
    local field = argv[i]
    if not known[field] then
      local names = {}
      for each in pairs(known) do names[#names + 1] = each end
      table.sort(names)
      S.fail('BADARG', name .. ': unknown field ' .. S.shown(field) .. ' (known: ' .. table.concat(names, ', ') .. ')')
    end
    if fields[field] then S.fail('BADARG', name .. ': field ' .. field .. ' is given twice') end
    fields[field] = argv[i + 1]
  end
  return fields
end

function S.required(name, fields, field)
  local value = fields[field]
  if not value then S.fail('BADARG', name .. ': missing field ' .. field) end
  return value
end

-- Now in ms. The caller's own time (`at`) counts only in a namespace that is open for replay: there the key
-- `<prefix>:clock` holds the word `replay`, which only those set who may write keys. Live calls cannot forge time.
function S.now(name, prefix, at)
  if at then
    if redis.call('GET', prefix .. ':clock') ~= 'replay' then
      S.fail('BADARG', name .. ': field at is for replays; this namespace runs on the time of Redis')
    end
    return S.integer(name, 'at', at, 0, S.MAX_TIME)
  end
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- Length limits of opaque bytes.
function S.bounded(name, field, value, most)
  local size = #value
  if size == 0 or size > most then
    S.fail('BADARG', string.format('%s: %s has %d bytes, want 1 to %d', name, field, size, most))
  end
  return value
end

-- Whether the bytes are valid UTF-8 (RFC 3629) without control characters: fit for JSON and for a terminal.
function S.is_text(bytes)
  if not string.find(bytes, '[%z\1-\31\127-\255]') then return true end
  if string.find(bytes, '[%z\1-\8\11\12\14-\31\127]') then return false end
  local i, size = 1, #bytes
  while i <= size do
    local c, low, high = string.byte(bytes, i), 128, 191
    local need
    if c < 128 then need = 0
    elseif c >= 194 and c <= 223 then need = 1
    elseif c >= 224 and c <= 239 then
      need = 2
      if c == 224 then low = 160 elseif c == 237 then high = 159 end
    elseif c >= 240 and c <= 244 then
      need = 3
      if c == 240 then low = 144 elseif c == 244 then high = 143 end
    else return false end
    for k = 1, need do
      local d = string.byte(bytes, i + k)
      if not d or d < low or d > high then return false end
      low, high = 128, 191
    end
    i = i + need + 1
  end
  return true
end

-- A note, description or name of an admin: text, at most `most` bytes.
function S.text(name, field, value, most)
  if #value > most or not S.is_text(value) then
    S.fail('BADARG', string.format('%s: %s wants at most %d bytes of valid UTF-8', name, field, most))
  end
  return value
end

-- The subject as it stands in JSON: as is when it is text without '%', else percent-encoded (reversible).
function S.printable(subject)
  if S.is_text(subject) and not string.find(subject, '[%%\t\r\n]') then return subject end
  return (string.gsub(subject, '[^\33-\36\38-\126]', function(c)
    return string.format('%%%02X', string.byte(c))
  end))
end

-- `<type>:<id>` checked and made canonical: addresses by RFC 5952, networks in a prefix length of the policy.
function S.subject(name, subject)
  local kind, id = string.match(subject, '^([a-z][a-z0-9_]*):(.*)$')
  if not kind or #kind > 32 then
    S.fail('BADARG', name .. ': subject is ' .. S.shown(subject)
      .. ', want <type>:<id>, like user:42 or ip:203.0.113.7')
  end
  S.bounded(name, 'the id of subject', id, 256)
  if kind == 'ip' then return 'ip:' .. S.address(name, 'subject', id).text end
  if kind == 'net' then return 'net:' .. S.network(name, id) end
  return subject
end

-- Field/value pairs of a reply, nil values left out.
function S.reply(...)
  local reply = {}
  for i = 1, select('#', ...), 2 do
    local value = select(i + 1, ...)
    if value ~= nil then
      reply[#reply + 1] = (select(i, ...))
      reply[#reply + 1] = value
    end
  end
  return reply
end

-- Whether log position a ('<ms>-<seq>') comes after b.
function S.after(a, b)
  local am, as = string.match(a, '^(%d+)-(%d+)$')
  local bm, bs = string.match(b, '^(%d+)-(%d+)$')
  am, as, bm, bs = tonumber(am), tonumber(as), tonumber(bm), tonumber(bs)
  return am > bm or (am == bm and as > bs)
end

-- Registers a function. What it raises (S.fail, or Redis' own errors) becomes the error reply, without the place in
-- the code that Redis would add. Redis' pcall hands out the text of an error, not its table.
function S.register(name, flags, body)
  redis.register_function{
    function_name = name,
    flags = flags,
    callback = function(keys, argv)
      local done, result = pcall(body, keys, argv)
      if done then return result end
      if type(result) == 'table' then result = result.err end
      if not string.find(result, '^%u+ ') then result = 'ERR ' .. name .. ': ' .. result end
      return { err = result }
    end,
  }
end
