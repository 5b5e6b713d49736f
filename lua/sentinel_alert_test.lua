-- sentinel_alert_test: an alert about nothing, to see that those who should hear of alerts do.
--
-- FCALL sentinel_alert_test 1 <namespace>:{<partition>} [severity 1-4] [by <name>] [at <ms>]
--
-- It goes the way of every alert: channel, log, subscribers. Webhooks get it whatever their filters say.
-- Replies: seq <number of the alert>.

local NAME = 'sentinel_alert_test'
local KNOWN = { severity = true, by = true, at = true }

S.register(NAME, {}, function(keys, argv)
  local prefix, namespace = S.partition(NAME, keys)
  local wish = S.fields(NAME, argv, KNOWN)
  local severity = wish.severity and S.integer(NAME, 'severity', wish.severity, 1, 4) or 1
  local by = S.text(NAME, 'by', wish.by or 'admin', 128)
  local now = S.now(NAME, prefix, wish.at)
  S.want_counter(prefix .. ':seq:alerts')
  S.want_type(namespace .. ':alerts:log', 'stream')
  S.validate_audit(prefix)
  local seq = S.alert(namespace, prefix, format(
    '"at":%s,"change":"test","incident":"","rule":"test","module":"test","severity":%d,"mode":"shadow",'
      .. '"subject":"test:sentinel","count":1,"description":%s,"block":null,"evidence":{}',
    S.decimal(now), severity, cjson.encode('a test alert, by ' .. by)))
  S.audit(prefix, now, by, 'alert_test', 'test:sentinel', { after = S.decimal(seq) })
  return { 'seq', seq }
end)
