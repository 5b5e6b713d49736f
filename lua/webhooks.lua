-- Webhooks: to whom alerts are sent over HTTP, how far each has got, and what could not be delivered.
--
-- `<prefix>:webhooks` (hash: id -> JSON) has at most 32. Their secrets and addresses stand there in the clear, for they
-- are needed to sign and to send; nothing shows them again. Of each, `<prefix>:webhook:<id>` (hash) has
--   cursor, seq   the place in the log of alerts up to which it is done, and the number of the alert there
--   delivered, dead, lost   counts
--   failing, error   since when (ms) it fails, and how
-- and `<prefix>:again:<id>` (list of JSON) has dead letters that are to be sent once more.
-- `<prefix>:deadletters` (stream) has the newest 1000 alerts that a receiver would not take: webhook, at, error, alert.

S.WEBHOOK_ID = '^w[%l%d]+$'
S.DEADLETTERS_MOST = 1000

-- The parts of a webhook's state that are numbers.
local COUNTS = { 'seq', 'delivered', 'dead', 'lost', 'failing' }

-- Fails unless the value is the id of a webhook.
function S.webhook_id(name, field, value)
  if #value > 32 or #value < 8 or not find(value, S.WEBHOOK_ID) then
    S.fail('BADARG', name .. ': ' .. field .. ' is ' .. S.shown(value) .. ', want w, then letters and digits')
  end
  return value
end

-- The webhook of that id as JSON, nil if there is none; what cannot be one fails.
function S.webhook(prefix, id)
  local key = prefix .. ':webhooks'
  S.want_type(key, 'hash')
  local text = call('HGET', key, id)
  if not text then return nil end
  local sound, webhook = pcall(cjson.decode, text)
  if not sound or type(webhook) ~= 'table' or type(webhook.url) ~= 'string' then S.fail_foreign(key) end
  return text
end

-- What anybody may see of it.
function S.webhook_public(text)
  return (string.gsub(text, ',"url":.*$', '}'))
end

-- The key of its state; fails where something foreign stands there.
function S.webhook_state(prefix, id)
  local key = prefix .. ':webhook:' .. id
  S.want_type(key, 'hash')
  for _, field in ipairs(COUNTS) do S.want_count(key, field) end
  local cursor = call('HGET', key, 'cursor')
  if cursor and (#cursor > 40 or not find(cursor, '^%d+%-%d+$')) then S.fail_foreign(key) end
  S.want_type(prefix .. ':again:' .. id, 'list')
  return key
end
