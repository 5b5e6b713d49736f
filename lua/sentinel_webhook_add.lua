-- sentinel_webhook_add: sends alerts to an address from now on.
--
-- FCALL sentinel_webhook_add 1 <namespace>:{<partition>} id <id> name <what it is> url <http(s)://…>
--   form json|slack|discord secret <text> [severity 1-4] [modules <words, comma separated>] [by <name>]
--   [note <text>] [at <ms>]
--   id: w, then 7 to 31 lower-case letters and digits. Alerts of less severity, or of other modules, are not sent.
--   The audit log gets neither the secret nor more of the address than its host.
--
-- Replies: id <id>, cursor <the place in the log of alerts behind which it begins>.

local NAME = 'sentinel_webhook_add'
local KNOWN = {
  id = true, name = true, url = true, form = true, secret = true, severity = true, modules = true, by = true,
  note = true, at = true,
}
local FORMS = { json = true, slack = true, discord = true }
local MOST = 32

local function modules_of(text)
  local words = {}
  for word in string.gmatch(text .. ',', '([^,]*),') do
    if #word > 64 or not find(word, '^%l[%l%d_]*$') or #words >= 16 then
      S.fail('BADARG', NAME .. ': modules is ' .. S.shown(text) .. ', want up to 16 words, comma separated')
    end
    words[#words + 1] = cjson.encode(word)
  end
  return concat(words, ',')
end

S.register(NAME, {}, function(keys, argv)
  local prefix, namespace = S.partition(NAME, keys)
  local wish = S.fields(NAME, argv, KNOWN)
  local id = S.webhook_id(NAME, 'id', S.required(NAME, wish, 'id'))
  local title = S.text(NAME, 'name', S.bounded(NAME, 'name', S.required(NAME, wish, 'name'), 64), 64)
  local url = S.required(NAME, wish, 'url')
  local place_of_it, after = match(url, '^(https?://[^/?#@\\]+)(.?)')
  if #url > 2048 or not place_of_it or not find(after, '^[/?]?$') or find(url, '[^\33-\126]') then
    S.fail('BADARG', NAME .. ': url is ' .. S.shown(sub(url, 1, 16)) .. ', want http(s)://, at most 2048 bytes')
  end
  local form = S.required(NAME, wish, 'form')
  if not FORMS[form] then
    S.fail('BADARG', NAME .. ': form is ' .. S.shown(form) .. ', want json, slack or discord')
  end
  local secret = S.required(NAME, wish, 'secret')
  if #secret < 16 or #secret > 256 or find(secret, '[^%w+/=_-]') then
    S.fail('BADARG', NAME .. ': secret is not 16 to 256 letters, digits or +/=_-')
  end
  local severity = wish.severity and S.integer(NAME, 'severity', wish.severity, 1, 4) or 1
  local modules = wish.modules and modules_of(wish.modules) or ''
  local by, note = S.signed(NAME, wish)
  local now = S.now(NAME, prefix, wish.at)
  S.validate_audit(prefix)
  S.want_type(namespace .. ':alerts:log', 'stream')
  S.want_counter(prefix .. ':seq:alerts')
  local key = prefix .. ':webhooks'
  if S.webhook(prefix, id) then S.fail('BADARG', NAME .. ': id ' .. S.shown(id) .. ' is taken') end
  if call('HLEN', key) >= MOST then
    S.fail('BADARG', NAME .. ': id ' .. S.shown(id) .. ' finds no room: there are ' .. MOST .. ' webhooks, remove some')
  end
  local state = S.webhook_state(prefix, id)
  local newest = call('XREVRANGE', namespace .. ':alerts:log', '+', '-', 'COUNT', 1)[1]
  local cursor = newest and newest[1] or '0-0'
  local public = format('"name":%s,"form":"%s","place":%s,"severity":%d,"modules":[%s],"by":%s,"created":%s',
    cjson.encode(title), form, cjson.encode(place_of_it), severity, modules, cjson.encode(by), S.decimal(now))
  call('HSET', key, id, '{' .. public .. ',"url":' .. cjson.encode(url) .. ',"secret":"' .. secret .. '"}')
  call('HSET', state, 'cursor', cursor, 'seq', call('GET', prefix .. ':seq:alerts') or '0')
  S.audit(prefix, now, by, 'webhook_add', 'webhook:' .. id, { after = '{' .. public .. '}', note = note })
  return { 'id', id, 'cursor', cursor }
end)
