-- sentinel_token_add: keeps a token of the HTTP API. The token itself never comes here, only a hash of it.
--
-- FCALL sentinel_token_add 1 <namespace>:{<partition>} id <id> role superuser|admin|staff|client hash <hash>
--   name <who or what it is for> [duration <ms>] [by <name>] [note <text>] [at <ms>]
--   id: 8 to 32 lower-case letters and digits; hash: 64 hexadecimal digits. Without a duration it does not expire.
--
-- `<prefix>:tokens` (hash: id -> JSON) has at most 1000 of them, expired ones included: an API in whose Redis there is
-- any wants one of every caller, so that one which expires closes the door, and does not open it.
-- Replies: id <id>, until <ms>|never.

local NAME = 'sentinel_token_add'
local KNOWN = {
  id = true, role = true, hash = true, name = true, duration = true, by = true, note = true, at = true,
}
local ROLES = { superuser = true, admin = true, staff = true, client = true }
local MOST = 1000
local TEN_YEARS = 315360000000

S.register(NAME, {}, function(keys, argv)
  local prefix = S.partition(NAME, keys)
  local wish = S.fields(NAME, argv, KNOWN)
  local id, role = S.required(NAME, wish, 'id'), S.required(NAME, wish, 'role')
  if not find(id, '^%l[%l%d]+$') or #id < 8 or #id > 32 then
    S.fail('BADARG', NAME .. ': id is ' .. S.shown(id) .. ', want 8 to 32 lower-case letters and digits')
  end
  if not ROLES[role] then
    S.fail('BADARG', NAME .. ': role is ' .. S.shown(role) .. ', want superuser, admin, staff or client')
  end
  local hash = S.required(NAME, wish, 'hash')
  if #hash ~= 64 or find(hash, '[^0-9a-f]') then
    S.fail('BADARG', NAME .. ': hash is ' .. S.shown(hash) .. ', want 64 hexadecimal digits')
  end
  local title = S.text(NAME, 'name', S.bounded(NAME, 'name', S.required(NAME, wish, 'name'), 64), 64)
  local length = wish.duration and S.integer(NAME, 'duration', wish.duration, 1, TEN_YEARS)
  local by, note = S.signed(NAME, wish)
  local now = S.now(NAME, prefix, wish.at)
  S.validate_audit(prefix)
  local key = prefix .. ':tokens'
  S.want_type(key, 'hash')
  if call('HEXISTS', key, id) == 1 then S.fail('BADARG', NAME .. ': id ' .. S.shown(id) .. ' is taken') end
  if call('HLEN', key) >= MOST then
    S.fail('BADARG', NAME .. ': id ' .. S.shown(id) .. ' finds no room: there are ' .. MOST .. ' tokens, remove some')
  end
  local till = length and S.decimal(now + length)
  local public = '"role":"' .. role .. '","name":' .. cjson.encode(title) .. ',"by":' .. cjson.encode(by)
    .. ',"created":' .. S.decimal(now) .. ',"until":' .. (till or 'null')
  call('HSET', key, id, '{' .. public .. ',"hash":"' .. hash .. '"}')
  S.audit(prefix, now, by, 'token_add', 'token:' .. id, { after = '{' .. public .. '}', note = note })
  return { 'id', id, 'until', till or 'never' }
end)
