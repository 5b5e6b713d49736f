-- sentinel_unblock: lifts a block, and sees to it that the same evidence does not bring it back.
--
-- FCALL sentinel_unblock 1 <namespace>:{<partition>} subject <type:id> [by <name>] [note <text>] [at <ms>]
--
-- Sets a watermark on the subject: flags from events up to now raise nothing, its open flags are closed, the doubling
-- starts anew, and the coordinator is told through the log to forget what it gathered on the subject.
-- Replies: lifted 1, or lifted 0 when there was no block (then nothing changed).

local NAME = 'sentinel_unblock'
local KNOWN = { subject = true, by = true, note = true, at = true }

S.register(NAME, {}, function(keys, argv)
  local prefix, namespace = S.partition(NAME, keys)
  local wish = S.fields(NAME, argv, KNOWN)
  local subject = S.subject(NAME, S.required(NAME, wish, 'subject'))
  local by, note = S.signed(NAME, wish)
  local now = S.now(NAME, prefix, wish.at)
  S.validate_for_change(namespace, prefix, subject)
  if not S.lift_block(namespace, prefix, subject, by, note, now, wish.at) then return { 'lifted', 0 } end
  S.forget_evidence(prefix, subject, now, wish.at)
  return { 'lifted', 1 }
end)
