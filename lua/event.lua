-- An event as it comes in: arguments checked, addresses canonical, subjects named.

local KNOWN = {
  kind = true, user = true, ip = true, text = true, object = true, email = true, username = true, id = true,
  created = true, anonymous = true, tokens = true, status = true, at = true,
}
local SIZES = { user = 256, object = 256, email = 320, username = 256, id = 256 }
local FLAGS = { ['1'] = true, ['true'] = true, ['0'] = false, ['false'] = false }
local TEXT_MOST = 1048576 -- what is taken at all; POLICY.text_bytes of it are logged

-- The event of a call, checked wholly before anything else happens. `argv` is made ready for the log: canonical
-- address, text cut. A check may ask without a kind.
function S.event(name, argv, kind_needed)
  local event = S.fields(name, argv, KNOWN)
  local kind = event.kind
  if kind then
    if #kind > 64 or not string.find(kind, '^[a-z][a-z0-9_]*$') then
      S.fail('BADARG', name .. ': kind is ' .. S.shown(kind) .. ', want lower-case letters, digits and _, like content')
    end
  elseif kind_needed then
    S.required(name, event, 'kind')
  end
  for field, most in pairs(SIZES) do
    if event[field] then S.bounded(name, field, event[field], most) end
  end
  if event.anonymous then
    local flag = FLAGS[event.anonymous]
    if flag == nil then
      S.fail('BADARG', name .. ': anonymous is ' .. S.shown(event.anonymous) .. ', want 0, 1, false or true')
    end
    event.is_anonymous = flag
  end
  event.weight = event.tokens and S.integer(name, 'tokens', event.tokens, 0, 1000000000) or 0
  if event.created then S.integer(name, 'created', event.created, 0, S.MAX_TIME) end
  if event.status then S.integer(name, 'status', event.status, 100, 599) end
  if event.text and #event.text > TEXT_MOST then
    S.fail('BADARG', name .. ': text has ' .. #event.text .. ' bytes, want at most ' .. TEXT_MOST)
  end
  local subjects, names = {}, {}
  if event.user then
    subjects.user = 'user:' .. event.user
    names[1] = subjects.user
  else
    event.is_anonymous = true
  end
  if event.ip then
    local address = S.address(name, 'ip', event.ip)
    event.address = address
    subjects.ip = address.subject
    names[#names + 1] = address.ip
    for _, net in ipairs(address.nets) do names[#names + 1] = net end
  elseif not event.user then
    S.fail('BADARG', name .. ': wants a subject, user or ip or both')
  end
  subjects.actor = subjects.user or subjects.ip
  event.subjects, event.names = subjects, names
  return event
end

-- The arguments as log fields: canonical address, text cut to the policy's length.
function S.log_fields(event, argv)
  for i = 1, #argv, 2 do
    local field = argv[i]
    if field == 'ip' then
      argv[i + 1] = event.address.text
    elseif field == 'text' and #argv[i + 1] > POLICY.text_bytes then
      argv[i + 1] = string.sub(argv[i + 1], 1, POLICY.text_bytes)
    end
  end
  return argv
end

-- What the policy watches in events of this kind.
function S.watched(kind)
  return POLICY.kinds[kind] or POLICY.other
end

-- The verdict on a blocked subject; counts it in the subject's tally when `counted`.
function S.blocked_reply(prefix, subject, till, now, counted)
  local text = redis.call('HGET', prefix .. ':block', subject)
  local block = text and cjson.decode(text) or { action = 'block' }
  if counted then
    local tally = prefix .. ':t:' .. subject
    if redis.call('INCR', tally) == 1 then redis.call('PEXPIRE', tally, POLICY.tally_ttl) end
  end
  local verdict = block.action
  if verdict == 'throttle' then verdict = 'limit' end
  local function given(value)
    if value ~= cjson.null then return value end
  end
  return S.reply('verdict', verdict, 'rule', given(block.rule), 'subject', subject, 'reason', given(block.reason),
    'retry_after_ms', till < math.huge and math.max(1, till - now) or nil, 'ref', given(block.ref))
end

-- Looks at every limit of the event. Returns
--   tightest: {rule, limit, remaining} of the allowed event (after it when `cost` counts), or nil
--   refused:  {rule, limit, remaining, wait} of the rule that makes it wait longest, or nil
--   flags:    list of {rule, used} that are exceeded
function S.judge(states, watched, event, now, counting)
  local tightest, refused, flags = nil, nil, {}
  for _, series in ipairs(watched.series) do
    local state = states[series.scope]
    if state then
      local window = S.window(state, series)
      local at = math.max(now, window.last)
      for i, rule in ipairs(series.rules) do
        local limit = event.is_anonymous and rule.anonymous or rule.limit
        local cost = rule.sum and event.weight or 1
        local used = S.used(window, series, i, at)
        local excess = used + cost - limit
        if excess > 0 and cost > 0 then flags[#flags + 1] = { rule = rule, used = used } end
        if excess > 0 and cost > 0 and rule.enforce then
          local wait = cost > limit and -1 or S.wait(window, series, i, excess, at)
          if not refused or wait == -1 or (refused.wait ~= -1 and wait > refused.wait) then
            refused = { rule = rule, limit = limit, remaining = math.max(0, limit - used), wait = wait }
          end
        elseif rule.enforce then
          local remaining = limit - used - (counting and cost or 0)
          if not tightest or remaining < tightest.remaining then
            tightest = { rule = rule, limit = limit, remaining = remaining }
          end
        end
      end
    end
  end
  return tightest, refused, flags
end

-- The states of the subjects that the event's limits count.
function S.states(prefix, watched, event)
  local states = {}
  for _, scope in ipairs(POLICY.scopes) do
    local subject = event.subjects[scope.id]
    if subject and (watched.scopes[scope.id] or scope.id == 'actor') then
      states[scope.id] = S.load_state(prefix, scope, subject)
    end
  end
  return states
end
