-- sentinel_webhook_remove: an address gets no more alerts. Its dead letters stay.
--
-- FCALL sentinel_webhook_remove 1 <namespace>:{<partition>} id <id> [by <name>] [note <text>] [at <ms>]
--
-- Replies: removed 1, or removed 0 when there was none.

local NAME = 'sentinel_webhook_remove'
local KNOWN = { id = true, by = true, note = true, at = true }

S.register(NAME, {}, function(keys, argv)
  local prefix = S.partition(NAME, keys)
  local wish = S.fields(NAME, argv, KNOWN)
  local id = S.webhook_id(NAME, 'id', S.required(NAME, wish, 'id'))
  local by, note = S.signed(NAME, wish)
  local now = S.now(NAME, prefix, wish.at)
  S.validate_audit(prefix)
  local text = S.webhook(prefix, id)
  if not text then return { 'removed', 0 } end
  local state = S.webhook_state(prefix, id)
  call('HDEL', prefix .. ':webhooks', id)
  call('DEL', state, prefix .. ':again:' .. id)
  S.audit(prefix, now, by, 'webhook_remove', 'webhook:' .. id, { before = S.webhook_public(text), note = note })
  return { 'removed', 1 }
end)
