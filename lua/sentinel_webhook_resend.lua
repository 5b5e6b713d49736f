-- sentinel_webhook_resend: dead letters are to be sent once more.
--
-- FCALL sentinel_webhook_resend 1 <namespace>:{<partition>} letters <their ids, comma separated, at most 1000>
--   [by <name>] [note <text>] [at <ms>]
--
-- Replies: resent <n>, gone <n>: the latter are no longer there, or their webhook is not.

local NAME = 'sentinel_webhook_resend'
local KNOWN = { letters = true, by = true, note = true, at = true }

S.register(NAME, {}, function(keys, argv)
  local prefix = S.partition(NAME, keys)
  local wish = S.fields(NAME, argv, KNOWN)
  local text = S.required(NAME, wish, 'letters')
  local ids = {}
  for id in string.gmatch(text .. ',', '([^,]*),') do
    if #id > 40 or not find(id, '^%d+%-%d+$') or #ids >= S.DEADLETTERS_MOST then
      S.fail('BADARG', NAME .. ': letters is ' .. S.shown(text) .. ', want up to 1000 ids of dead letters')
    end
    ids[#ids + 1] = id
  end
  local by, note = S.signed(NAME, wish)
  local now = S.now(NAME, prefix, wish.at)
  S.validate_audit(prefix)
  local letters, found, gone = prefix .. ':deadletters', {}, 0
  S.want_type(letters, 'stream')
  S.want_type(prefix .. ':webhooks', 'hash')
  for _, id in ipairs(ids) do
    local entry = call('XRANGE', letters, id, id)[1]
    local webhook = entry and S.field_of(entry[2], 'webhook')
    local alert = entry and S.field_of(entry[2], 'alert')
    if alert and webhook and call('HEXISTS', prefix .. ':webhooks', webhook) == 1 then
      S.want_type(prefix .. ':again:' .. webhook, 'list')
      found[#found + 1] = { id = id, webhook = webhook, alert = alert }
    else
      gone = gone + 1
    end
  end
  local resent = 0
  for _, letter in ipairs(found) do
    -- Given twice, it is there once.
    if call('XDEL', letters, letter.id) == 1 then
      resent = resent + 1
      call('RPUSH', prefix .. ':again:' .. letter.webhook, letter.alert)
      call('LTRIM', prefix .. ':again:' .. letter.webhook, -S.DEADLETTERS_MOST, -1)
    end
  end
  if #found > 0 then
    local change = { after = resent .. ' letters', note = note }
    S.audit(prefix, now, by, 'webhook_resend', 'webhook:' .. found[1].webhook, change)
  end
  return { 'resent', resent, 'gone', gone }
end)
