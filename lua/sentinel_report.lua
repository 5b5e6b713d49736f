-- sentinel_report: an outside verdict (a model, a moderator, another service) about a subject.
--
-- FCALL sentinel_report 1 <namespace>:{<partition>} type <rule> [user <id>] [ip <address>]
--   [severity low|medium|high|critical] [description <text>] [context <JSON>] [id <report id>] [at <ms>]
--   type: a rule of the policy that is fed by reports: malicious_content, off_topic_spam, jailbreak_attempt …
--
-- Logged for the coordinator, which raises the incident. Replies: accepted <log position>. The same id again changes
-- nothing and gets the same reply.

local NAME = 'sentinel_report'
local KNOWN = {
  type = true, user = true, ip = true, severity = true, description = true, context = true, id = true, at = true,
}
local SEVERITIES = { low = 1, medium = 2, high = 3, critical = 4 }

S.register(NAME, {}, function(keys, argv)
  local prefix = S.partition(NAME, keys)
  local report = S.fields(NAME, argv, KNOWN)
  local rule = POLICY.rules[S.required(NAME, report, 'type')]
  if not rule or not rule.report then
    local names = {}
    for id, each in pairs(POLICY.rules) do
      if each.report then names[#names + 1] = id end
    end
    table.sort(names)
    S.fail('BADARG', NAME .. ': type is ' .. S.shown(report.type) .. ', want one of ' .. concat(names, ', '))
  end
  if report.severity and not SEVERITIES[report.severity] then
    S.fail('BADARG', NAME .. ': severity is ' .. S.shown(report.severity) .. ', want low, medium, high or critical')
  end
  if report.description then S.text(NAME, 'description', report.description, 1024) end
  if report.context then report.context = S.json(NAME, 'context', report.context, 4096) end
  local event = S.event(NAME, S.reply('user', report.user, 'ip', report.ip, 'id', report.id), false)
  local now = S.now(NAME, prefix, report.at)
  local actor = ACTOR
  if event.id then
    S.load_states(event)
    local known, till = S.remembered(prefix, actor, event.id)
    if known and till > now then return known end
  end
  S.log(S.reply('kind', 'report', 'type', report.type, 'user', event.user, 'ip', event.address and event.address.text,
    'severity', report.severity, 'description', report.description, 'context', report.context, 'at', report.at))
  local reply = { 'accepted', logged }
  if event.id then
    S.remember(prefix, actor, event.id, reply, now, now + POLICY.id_ttl)
    S.save_states({})
  end
  return reply
end)
