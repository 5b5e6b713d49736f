-- An event as it comes in: arguments checked, addresses canonical, subjects named.

-- Every field and the most bytes it may have. Those with a form of their own are looked at more closely below.
local SIZES = {
  kind = 64, user = 256, ip = 64, text = 1048576, object = 256, email = 320, username = 256, id = 256, created = 64,
  anonymous = 64, tokens = 64, status = 64, at = 64,
}
local BUILT_IN = { user = true, object = true, email = true, username = true, status = true, tokens = true }
local OWN = {} -- the fields that the policy names: 'id' or 'number'
S.preparations[#S.preparations + 1] = function()
  for field, form in pairs(POLICY.fields) do
    OWN[field] = form
    SIZES[field] = form == 'id' and 256 or 64
  end
end

local UNWATCHED = { series = {}, distinct = {}, scopes = {}, plain = true, pairs = '' }
local FLAGS = { ['1'] = true, ['true'] = true, ['0'] = false, ['false'] = false }

-- What a row of field names means, by name after name: so each row is looked at once, and not in each call. A memo, not
-- state: bounded, emptied when full. Where a row may end it has at COUNT how many arguments it is, if all of its fields
-- are in PLACES; at the others where their values are.
local COUNT, KIND_AT, USER_AT, IP_AT, TEXT_AT, TOKENS_AT = 1, 2, 3, 4, 5, 6
local PLACES = { kind = KIND_AT, user = USER_AT, ip = IP_AT, text = TEXT_AT, tokens = TOKENS_AT }
local shapes, shapes_known, SHAPES_MOST = {}, 0, 256
-- The numbers that texts spell, those seen lately. A memo as well.
local numbers, numbers_known, NUMBERS_MOST = {}, 0, 4096

local function weight_of(name, field, text)
  local number = numbers[text]
  if number then return number end
  number = S.integer(name, field, text, 0, 1000000000)
  if numbers_known >= NUMBERS_MOST then numbers, numbers_known = {}, 0 end
  numbers[text], numbers_known = number, numbers_known + 1
  return number
end

local text_most -- bytes of a text that are logged
S.preparations[#S.preparations + 1] = function() text_most = POLICY.text_bytes end

local function learn_shape(argv)
  if #argv > 10 then return end
  for i = 1, #argv, 2 do
    if not PLACES[argv[i]] then return end
  end
  if shapes_known >= SHAPES_MOST then shapes, shapes_known = {}, 0 end
  local shape, taken = shapes, {}
  for i = 1, #argv, 2 do
    local field = argv[i]
    local next_shape = shape[field]
    if taken[field] then return end
    taken[field] = i + 1
    if not next_shape then
      next_shape = {}
      shape[field], shapes_known = next_shape, shapes_known + 1
    end
    shape = next_shape
  end
  if not (taken.kind and taken.user and taken.ip) then return end
  shape[COUNT] = #argv
  for field, at in pairs(taken) do shape[PLACES[field]] = at end
end

S.RESERVED = { report = true, unblock = true } -- kinds of entries in the log that are no events

-- What is watched in events of a kind; nil where that is no word for one.
local function watched_in(kind)
  return KINDS[kind] or find(kind, '^[a-z][a-z0-9_]*$') and OTHER or nil
end

-- The short way of an event that names kind, user, address, perhaps text and tokens, and nothing else: its reply; nil
-- where it is not the usual event of a known user at a known address, and nothing was written.
function S.short_way(argv)
  if S.asking then return nil end
  local count, shape = #argv, shapes
  for i = 1, count, 2 do
    shape = shape[argv[i]]
    if not shape then return learn_shape(argv) end
  end
  if shape[COUNT] ~= count then return nil end
  local kind, user, address = argv[shape[KIND_AT]], argv[shape[USER_AT]], S.address_text(argv[shape[IP_AT]])
  local watched = not S.RESERVED[kind] and #kind <= SIZES.kind and watched_in(kind)
  local text, weight = argv[shape[TEXT_AT]], argv[shape[TOKENS_AT]]
  if weight then weight = numbers[weight] else weight = 0 end
  if not (watched and address and weight) or #user > 256 or user == '' or text and #text > text_most then
    return nil
  end
  local express = watched.express
  if not express then return nil end
  if weight > 0 and watched.weight ~= 'tokens' then weight = 0 end
  argv[shape[IP_AT]] = address
  return express(place, argv, watched.pairs, user, address, weight)
end

-- The running call's event: the fields as given, and
--   weights        tokens, and the numbers that the policy names, by field
--   born           when the account was created; long ago where the event does not say
--   own            the fields that the policy names
--   is_anonymous   no account stands behind it
--   address        what S.address knows of `ip`, or nil
--   actor          the user, or the address where there is none; subjects: user, ip: whom rules count
--   watched        what the policy watches in events of this kind
local subjects = {}
local weights, own = {}, {}
local event = { subjects = subjects, weights = weights, own = own }

-- The value of a field as rules look at it: addresses as they are counted; nil where the event has none.
function S.value_of(of, field)
  if field == 'ip' then return subjects.ip end
  if field == 'network' then return of.address and S.network_of(of.address) end
  if field == 'anonymous' then return of.is_anonymous and 'true' or 'false' end
  return own[field] or BUILT_IN[field] and of[field] or nil
end

-- Takes the event of a call, checked wholly before anything else happens. `argv` is made ready for the log: canonical
-- address, text cut. A check may ask without a kind.
function S.event(name, argv, kind_needed)
  local count = #argv
  if count % 2 == 1 then S.fail_odd(name, count) end
  event.kind, event.user, event.ip, event.text, event.object, event.email = nil, nil, nil, nil, nil, nil
  event.username, event.id, event.created, event.anonymous, event.tokens = nil, nil, nil, nil, nil
  event.status, event.at = nil, nil
  for field in pairs(OWN) do own[field], weights[field] = nil, nil end
  local ip_at, text_at
  for i = 1, count, 2 do
    local field, value = argv[i], argv[i + 1]
    local most, size = SIZES[field], #value
    if not most then S.fail_unknown(name, field, SIZES) end
    local fields = OWN[field] and own or event
    if fields[field] then S.fail('BADARG', name .. ': field ' .. field .. ' is given twice') end
    if size > most or (size == 0 and field ~= 'text') then S.bounded(name, field, value, most) end
    fields[field] = value
    if field == 'ip' then ip_at = i + 1 elseif field == 'text' then text_at = i + 1 end
  end

  local kind = event.kind
  if kind then
    event.watched = watched_in(kind)
    if not event.watched then
      S.fail('BADARG', name .. ': kind is ' .. S.shown(kind) .. ', want lower-case letters, digits and _, like content')
    end
  elseif kind_needed then
    S.required(name, event, 'kind')
  else
    event.watched = UNWATCHED
  end
  event.is_anonymous = false
  if event.anonymous then
    local flag = FLAGS[event.anonymous]
    if flag == nil then
      S.fail('BADARG', name .. ': anonymous is ' .. S.shown(event.anonymous) .. ', want 0, 1, false or true')
    end
    event.is_anonymous = flag
  end
  weights.tokens = event.tokens and weight_of(name, 'tokens', event.tokens) or 0
  for field, form in pairs(OWN) do
    if form == 'number' and own[field] then weights[field] = weight_of(name, field, own[field]) end
  end
  event.born = event.created and S.integer(name, 'created', event.created, 0, S.MAX_TIME) or -S.MAX_TIME
  if event.status then S.integer(name, 'status', event.status, 100, 599) end

  local user, address = nil, nil
  if event.ip then
    address = S.address(name, 'ip', event.ip)
    argv[ip_at] = address.text
  end
  if event.user then
    user = 'user:' .. event.user
  else
    if not address then S.fail('BADARG', name .. ': wants a subject, user or ip or both') end
    event.is_anonymous = true
  end
  if text_at and #event.text > POLICY.text_bytes then argv[text_at] = sub(event.text, 1, POLICY.text_bytes) end
  event.address = address
  subjects.user, subjects.ip = user, address and address.subject
  event.actor = user or address.subject
  for i = 2, #SCOPES do
    local id = SCOPES[i].id
    if id ~= 'ip' then
      local value = own[id] or BUILT_IN[id] and event[id]
      subjects[id] = value and id .. ':' .. value
    end
  end
  return event
end

-- Everything that a block or an allow may name the event by: the user, the address, the networks around it.
function S.names_of(of)
  if not of.address then return { of.subjects.user } end
  if not of.subjects.user then return S.address_names(of.address) end
  return { of.subjects.user, unpack(S.address_names(of.address)) }
end

-- The verdict on a blocked subject; counts it in the subject's tally when `counted`.
function S.blocked_reply(prefix, subject, till, now, counted)
  local block = S.stored_block(prefix, subject) or { action = 'block' }
  if counted then
    local tally = prefix .. ':t:' .. subject
    local count = redis.pcall('INCR', tally)
    if type(count) ~= 'number' then S.fail_foreign(tally) end
    if count < 1 then
      S.undo('DECR', tally)
      S.fail_foreign(tally)
    end
    if count == 1 then call('PEXPIRE', tally, POLICY.tally_ttl) end
  end
  local verdict = block.action
  if verdict == 'throttle' then verdict = 'limit' end
  return S.reply('verdict', verdict, 'rule', block.rule, 'subject', subject, 'reason', block.reason,
    'retry_after_ms', till < math.huge and till - now or nil, 'ref', block.ref)
end
