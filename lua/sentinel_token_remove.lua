-- sentinel_token_remove: a token of the HTTP API is one no longer.
--
-- FCALL sentinel_token_remove 1 <namespace>:{<partition>} id <id> [by <name>] [note <text>] [at <ms>]
--
-- Replies: removed 1, or removed 0 when there was none.

local NAME = 'sentinel_token_remove'
local KNOWN = { id = true, by = true, note = true, at = true }

S.register(NAME, {}, function(keys, argv)
  local prefix = S.partition(NAME, keys)
  local wish = S.fields(NAME, argv, KNOWN)
  local id = S.required(NAME, wish, 'id')
  if #id > 32 or not find(id, '^%l[%l%d]+$') then
    S.fail('BADARG', NAME .. ': id is ' .. S.shown(id) .. ', want that of a token, lower-case letters and digits')
  end
  local by, note = S.signed(NAME, wish)
  local now = S.now(NAME, prefix, wish.at)
  S.validate_audit(prefix)
  local key = prefix .. ':tokens'
  S.want_type(key, 'hash')
  local text = call('HGET', key, id)
  if not text then return { 'removed', 0 } end
  local sound, token = pcall(cjson.decode, text)
  if not sound or type(token) ~= 'table' or type(token.role) ~= 'string' then S.fail_foreign(key) end
  local before = string.gsub(text, ',"hash":"%x*"', '')
  call('HDEL', key, id)
  S.audit(prefix, now, by, 'token_remove', 'token:' .. id, { before = before, note = note })
  return { 'removed', 1 }
end)
