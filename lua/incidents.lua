-- Incidents: one per subject and rule while it is open.
--
-- `<prefix>:open:<subject>` (hash: rule -> '<incident> <last log position> <last at>') says what is open; an incident
-- that saw nothing new for POLICY.quiet ms is over, and the next flag opens another. `<prefix>:incident:<id>` is the
-- incident, `<prefix>:incidents` (sorted set: id -> last change, ms) their list, `<prefix>:pending` the list of those
-- that nobody has reviewed. All live for POLICY.retention. `<prefix>:reviews` (hash: '<rule> <disposition>' -> number)
-- counts what reviews found. `<prefix>:cards` (hash: id -> card) has of each incident in the lists what filters ask
-- for, so that looking through thousands takes a few calls.

S.DISPOSITION_LETTERS = { confirmed = 'c', false_positive = 'f', benign = 'b' }

-- The card of an incident: a digit for the severity, a letter each for mode (e, s) and review (c, f, b; o: none), then
-- module, rule, subject, user and address of the newest event, description and note, a line each. `has`: severity,
-- mode, disposition, module, rule, subject, user, ip and description of the incident, as its hash has them, and note.
function S.incident_card(has)
  local letters = (has.mode == 'shadow' and 's' or 'e') .. (S.DISPOSITION_LETTERS[has.disposition] or 'o')
  local kind = match(has.subject, '^(.-):')
  local address = has.ip and address_in(has.ip)
  local from = address and address.subject or (kind == 'ip' or kind == 'net') and has.subject
  local user = has.user and 'user:' .. has.user or kind == 'user' and has.subject
  return has.severity .. letters .. '\n' .. (has.module or '') .. '\n' .. has.rule .. '\n'
    .. S.printable(has.subject) .. '\n' .. (user and S.printable(user) or '') .. '\n' .. (from or '') .. '\n'
    .. string.gsub(has.description or '', '[\r\n]', ' ') .. '\n' .. (has.note or '')
end

local CARD_FIELDS = {
  'rule', 'subject', 'severity', 'mode', 'disposition', 'module', 'description', 'review_note', 'user', 'ip', 'last',
}

-- What a card is made of, as a table; nil where there is no such incident.
function S.incident_fields(key)
  local found, has = call('HMGET', key, unpack(CARD_FIELDS)), {}
  for i, name in ipairs(CARD_FIELDS) do has[name] = found[i] or nil end
  if not has.rule and not has.subject and not has.last then return nil end
  has.severity, has.note = match(has.severity or '', '^[1-4]$') or 1, has.review_note
  return has
end

-- Takes incidents off the lists whose time is over, a bounded number per call.
function S.sweep_incidents(prefix, now)
  local ended = call('ZRANGE', prefix .. ':incidents', '-inf', S.decimal(now - POLICY.retention), 'BYSCORE', 'LIMIT',
    '0', '64')
  if #ended == 0 then return end
  call('ZREM', prefix .. ':incidents', unpack(ended))
  call('ZREM', prefix .. ':pending', unpack(ended))
  call('HDEL', prefix .. ':cards', unpack(ended))
end

-- What the open hash says of a rule: {id, event, at, over}.
function S.open_incident(key, text, now)
  local id, event, at = match(text, '^(i%d+%-%d+) (%d+%-%d+) (%d+)$')
  if not id then S.fail_foreign(key) end
  return { id = id, event = event, at = tonumber(at), over = now - tonumber(at) >= POLICY.quiet }
end

-- All that is open on a subject, by rule, those included that are over.
function S.open_incidents(key, now)
  local fields, open = call('HGETALL', key), {}
  for i = 1, #fields, 2 do open[fields[i]] = S.open_incident(key, fields[i + 1], now) end
  return open
end

-- How many rules of these have an open enforced incident; rules that rest on the others' flags do not count again.
function S.open_flags(open)
  local count = 0
  for id, incident in pairs(open) do
    local rule = POLICY.rules[id]
    if rule and not rule.shadow and not rule.score and not incident.over then count = count + 1 end
  end
  return count
end

-- Publishes an alert (a JSON object without its braces) on the channel and the replayable log, under one number.
function S.alert(namespace, prefix, members)
  local seq = S.decimal(call('INCR', prefix .. ':seq:alerts'))
  local text = '{"seq":' .. seq .. ',' .. members .. '}'
  call('XADD', namespace .. ':alerts:log', 'MAXLEN', '~', POLICY.alerts_most, '*', 'seq', seq, 'alert', text)
  call('PUBLISH', namespace .. ':alerts', text)
  return tonumber(seq)
end

-- After an unblocking: evidence up to now is spent.
function S.forget_evidence(prefix, subject, now, at)
  call('SET', prefix .. ':mark:' .. subject, S.decimal(now), 'PX', POLICY.retention)
  call('DEL', prefix .. ':open:' .. subject, prefix .. ':repeats:' .. subject)
  call('XADD', prefix .. ':events', 'MAXLEN', '~', POLICY.log_most, '*',
    unpack(S.reply('kind', 'unblock', 'subject', subject, 'at', at)))
end
