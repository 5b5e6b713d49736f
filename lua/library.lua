-- What every function of the library shares: errors, arguments, time, subjects.
--
-- The library is one Lua chunk: the compiled policy (POLICY), this file, the helper files (address, state,
-- distinct, audit, blocks), then one file per registered function, each in a `do … end` of its own, for a chunk has 200
-- locals at most. Helpers hang on the table S, because locals of one file are upvalues of the next. Redis offers
-- `redis.call`, `struct`, `cjson`, `string` only inside a call, so nothing here touches them while loading.
-- <https://redis.io/docs/latest/develop/programmability/functions-intro/>
--
-- Redis runs one call at a time. So what a call works on (its event, its states) lives in tables that are made once and
-- filled anew by each call: making tables is a good part of what a small call costs.
--
-- Errors a caller can meet, always before anything was written:
--   BADARG   an argument is missing, unknown, or has a value that makes no sense: the text names it
--   BADSTATE a private key holds something that this library did not write
--   FENCED   the caller's lease is over
--   ALLOWED  the subject is on the allow list
-- and Redis' own WRONGTYPE, OOM, READONLY.

local S = {}

S.version = 5

-- What every call needs, as locals of the whole library, filled by the first call: a global costs a look-up in two
-- tables each time.
local call, find, match, sub, format, concat, pack, unpacked, floor

-- What the policy watches, made ready by the first call; see watched.lua.
local SCOPES -- all scopes, the actor's first
local ACTOR -- the scope that is always there
local KINDS, OTHER -- what is watched in events of a kind, and of kinds that no rule names

-- What files need to make ready inside the first call.
S.preparations = {}

local prepared = false

local function prepare()
  call, find, match, sub, format = redis.call, string.find, string.match, string.sub, string.format
  concat = table.concat
  pack, unpacked, floor = struct.pack, struct.unpack, math.floor
  for _, each in ipairs(S.preparations) do each() end
  prepared = true
end

-- Raises an error reply: `fail('BADARG', 'field …')`. Redis sends the text as it is.
function S.fail(code, message)
  error({ err = code .. ' ' .. message }, 0)
end

-- Printable form of any bytes: as is when short and plain ASCII, else percent-encoded; at most 64 bytes of it.
function S.shown(value)
  local text = tostring(value)
  local cut = #text > 64
  text = string.gsub(sub(text, 1, 64), '[^\32-\126]', function(c)
    return format('%%%02X', string.byte(c))
  end)
  return "'" .. text .. (cut and "…'" or "'")
end

-- The names of a partition's keys, by KEYS[1], which is `<namespace>:{<partition>}`. `place` is the running call's. A
-- memo, not state: bounded, emptied when full.
local places, places_known, PLACES_MOST = {}, 0, 64
local place

local function new_place(name, keys)
  if #keys ~= 1 then
    S.fail('BADARG', name .. ': wants exactly 1 key, <namespace>:{<partition>}, and got ' .. #keys)
  end
  local prefix = keys[1]
  local namespace, partition = match(prefix, '^([%w_.-]+):{(%d+)}$')
  if not namespace or #partition > 5 then
    S.fail('BADARG', name .. ': the key is ' .. S.shown(prefix)
      .. ', want <namespace>:{<partition>}, like sentinel:{0}')
  end
  local new = {
    prefix = prefix, namespace = namespace, partition = partition, events = prefix .. ':events',
    blocks = prefix .. ':blocks', allow = prefix .. ':allow', block_changes = prefix .. ':seq:blocks',
    actors = prefix .. ':s:actor:', users = prefix .. ':s:actor:user:', states = {}, windows = {}, user_windows = {},
    -- See state.lua: the piece of time that stamps are of; blocks.lua: changes of the list.
    bucket = 0, ends = 0, newest = 0, is_late = false, stamp_heads = {}, list = false, list_number = 0, changed = 0,
    changes = { user = {}, ip = {} }, changes_known = 0, changes_from = 0, nets_changed = 0,
  }
  for _, scope in ipairs(SCOPES) do
    new.states[scope] = prefix .. ':s:' .. scope.id .. ':'
    for _, series in ipairs(scope.series) do
      new.windows[series] = prefix .. ':w:' .. series.id .. ':'
      new.user_windows[series] = new.windows[series] .. 'user:'
    end
  end
  if places_known >= PLACES_MOST then places, places_known = {}, 0 end
  places[prefix], places_known = new, places_known + 1
  return new
end

-- Checks the key of a call. Returns it, which is the prefix of all keys of the partition, and its two parts.
function S.partition(name, keys)
  local prefix = keys[1]
  place = prefix and places[prefix]
  if not place or #keys ~= 1 then place = new_place(name, keys) end
  return prefix, place.namespace, place.partition
end

-- A whole number without sign within [low, high]; error otherwise.
function S.integer(name, field, value, low, high)
  local number = #value <= 16 and not find(value, '%D') and tonumber(value)
  if not number or number < low or number > high then
    S.fail('BADARG', format('%s: %s is %s, want a whole number from %.0f to %.0f', name, field, S.shown(value), low,
      high))
  end
  return number
end

-- A decimal number without exponent, as Redis wants it in scores and arguments. Costs as much as a small redis.call.
function S.decimal(number)
  return format('%.0f', number)
end

local INFINITY = 1 / 0
local MARGIN = 60000 -- ms that keys outlive what they are for: a replay may run slower than its own time
S.MAX_TIME = 9007199254740991 -- 2^53 - 1: what a double holds exactly

function S.fail_odd(name, count)
  S.fail('BADARG', name .. ': wants pairs of field and value, and got an odd number of arguments (' .. count .. ')')
end

function S.fail_unknown(name, field, known)
  local names = {}
  for each in pairs(known) do names[#names + 1] = each end
  table.sort(names)
  S.fail('BADARG', name .. ': unknown field ' .. S.shown(field) .. ' (known: ' .. concat(names, ', ') .. ')')
end

-- A private key holds what cannot come from here: nothing is built on it, nothing is written over it.
function S.fail_foreign(key)
  S.fail('BADSTATE', 'key ' .. S.shown(key) .. ' holds a value that this library did not write')
end

-- ARGV as field/value pairs. `known` says which fields there are. Each at most once.
function S.fields(name, argv, known)
  local fields, count = {}, #argv
  if count % 2 == 1 then S.fail_odd(name, count) end
  for i = 1, count, 2 do
    local field = argv[i]
    if not known[field] then S.fail_unknown(name, field, known) end
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

-- '000' to '999', as they are needed, and the last second seen: reading and writing numbers is slow.
local digits, last_second, last_second_ms = {}, nil, nil

-- Now in ms, as a number and as a decimal text.
--
-- The caller's own time (`at`) counts only in a namespace that is open for replay: there the key `<prefix>:clock` holds
-- the word `replay`, which only those set who may write keys. Live calls cannot forge time.
function S.now(name, prefix, at)
  if at then
    if call('GET', prefix .. ':clock') ~= 'replay' then
      S.fail('BADARG', name .. ': field at is for replays; this namespace runs on the time of Redis')
    end
    return S.integer(name, 'at', at, 1, S.MAX_TIME), at
  end
  local time = call('TIME')
  local seconds, milliseconds = time[1], floor(time[2] / 1000)
  local text = digits[milliseconds]
  if not text then
    text = format('%03d', milliseconds)
    digits[milliseconds] = text
  end
  if seconds ~= last_second then last_second, last_second_ms = seconds, seconds * 1000 end
  return last_second_ms + milliseconds, seconds .. text
end

-- Length limits of opaque bytes.
function S.bounded(name, field, value, most)
  local size = #value
  if size == 0 or size > most then
    S.fail('BADARG', format('%s: %s has %d bytes, want 1 to %d', name, field, size, most))
  end
  return value
end

-- Whether the bytes are valid UTF-8 (RFC 3629) without control characters: fit for JSON and for a terminal.
function S.is_text(bytes)
  if not find(bytes, '[%z\1-\31\127-\255]') then return true end
  if find(bytes, '[%z\1-\8\11\12\14-\31\127]') then return false end
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
    S.fail('BADARG', format('%s: %s is %s, want at most %d bytes of UTF-8 without control characters', name, field,
      S.shown(value), most))
  end
  return value
end

-- Who changes something, and why, as it goes into the audit log: `by`, and `note` or nil.
function S.signed(name, wish)
  return S.text(name, 'by', wish.by or 'admin', 128), wish.note and S.text(name, 'note', wish.note, 1024)
end

-- Whether each token outside of strings is one of JSON's (RFC 8259): cjson also takes 1. and -.5.
local function are_tokens(json)
  local bare = string.gsub(string.gsub(json, '\\.', ''), '"[^"]*"', ' ')
  for token in string.gmatch(bare, '[%w.+-]+') do
    local number = string.gsub(token, '^(%-?%d[%d.]*)[eE][+-]?%d+$', '%1')
    if token ~= 'true' and token ~= 'false' and token ~= 'null'
      and not (find(number, '^%-?%d+$') or find(number, '^%-?%d+%.%d+$')) or find(number, '^%-?0%d') then
      return false
    end
  end
  return true
end

local strict_json

-- A JSON document that may stand inside another: returned on one line.
function S.json(name, field, value, most)
  if not strict_json then
    strict_json = cjson.new()
    strict_json.decode_invalid_numbers(false)
  end
  local line = string.gsub(value, '[\t\r\n]', ' ')
  if #value > most or not S.is_text(line) or not pcall(strict_json.decode, line) or not are_tokens(line) then
    S.fail('BADARG', format('%s: %s is %s, want a JSON document of at most %d bytes', name, field, S.shown(value),
      most))
  end
  return line
end

-- The subject as it stands in JSON: as is when it is text without '%', else percent-encoded (reversible).
function S.printable(subject)
  if S.is_text(subject) and not find(subject, '[%%\t\r\n]') then return subject end
  return (string.gsub(subject, '[^\33-\36\38-\126]', function(c)
    return format('%%%02X', string.byte(c))
  end))
end

-- `<type>:<id>` checked and made canonical: addresses by RFC 5952, networks in a prefix length of the policy.
function S.subject(name, subject)
  local kind, id = match(subject, '^([a-z][a-z0-9_]*):(.+)$')
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
  local am, as = match(a, '^(%d+)-(%d+)$')
  local bm, bs = match(b, '^(%d+)-(%d+)$')
  am, as, bm, bs = tonumber(am), tonumber(as), tonumber(bm), tonumber(bs)
  return am > bm or (am == bm and as > bs)
end

-- How to take back what this call wrote: command, key and up to two arguments (false: none), one after the other.
local journal, journaled = {}, 0
local logged -- position of the log entry that this call made, see log.lua

-- Notes a command that takes back the write just made, should a later one of the same call fail.
function S.undo(command, key, first, second)
  local at = journaled
  journal[at + 1], journal[at + 2], journal[at + 3], journal[at + 4] = command, key, first or false, second or false
  journaled = at + 4
end

local function take_back()
  S.unlog()
  for at = journaled - 3, 1, -4 do
    local command, key, first, second = journal[at], journal[at + 1], journal[at + 2], journal[at + 3]
    if second then redis.pcall(command, key, first, second)
    elseif first then redis.pcall(command, key, first)
    else redis.pcall(command, key) end
  end
end

local AGAIN = {}

-- What the call took for granted is not so: all that it wrote is taken back, and it begins again, asking more.
-- `now`: the time that it turned out to be.
function S.again(now)
  if now then S.note_time(now) end
  S.asking = true
  error(AGAIN, 0)
end

-- What a call that failed replies. What it raised (S.fail, or Redis' own errors) becomes the error reply, without the
-- place in the code that Redis would add. Redis' pcall hands out the text of an error, not its table.
local function failed(name, body, keys, argv, result)
  take_back()
  local done
  if result == AGAIN then
    journaled = 0
    done, result = pcall(body, keys, argv)
    S.asking = false
    if done then return result end
    take_back()
  end
  if type(result) == 'table' then result = result.err or 'ERR ' .. name .. ': the clock runs in circles' end
  if not find(result, '^%u+ ') then result = 'ERR ' .. name .. ': ' .. result end
  return { err = result }
end

-- Registers a function.
function S.register(name, flags, body)
  redis.register_function{
    function_name = name,
    flags = flags,
    callback = function(keys, argv)
      if not prepared then prepare() end
      journaled, logged = 0, nil
      local done, result = pcall(body, keys, argv)
      if done then return result end
      return failed(name, body, keys, argv, result)
    end,
  }
end
