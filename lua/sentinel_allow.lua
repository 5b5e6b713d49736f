-- sentinel_allow: puts a subject on the allow list, which always wins, and lifts its block.
--
-- FCALL sentinel_allow 1 <namespace>:{<partition>} subject <type:id> [duration <ms>] [by <name>] [note <text>]
--   [at <ms>]
--
-- Replies: subject <canonical>, until <ms>|permanent, lifted 0|1.

local NAME = 'sentinel_allow'
local KNOWN = { subject = true, duration = true, by = true, note = true, at = true }
local TEN_YEARS = 315360000000

S.register(NAME, {}, function(keys, argv)
  local prefix, namespace = S.partition(NAME, keys)
  local wish = S.fields(NAME, argv, KNOWN)
  local subject = S.subject(NAME, S.required(NAME, wish, 'subject'))
  local length = wish.duration and S.integer(NAME, 'duration', wish.duration, 1, TEN_YEARS)
  local by, note = S.signed(NAME, wish)
  local now = S.now(NAME, prefix, wish.at)
  S.validate_for_change(namespace, prefix, subject)
  local till = length and now + length
  S.set_allow(namespace, prefix, subject, { by = by, note = note, since = now, ['until'] = till }, now)
  local lifted = S.lift_block(namespace, prefix, subject, by, note, now, wish.at)
  if lifted then S.forget_evidence(prefix, subject, now, wish.at) end
  return { 'subject', subject, 'until', till and S.decimal(till) or 'permanent', 'lifted', lifted and 1 or 0 }
end)
