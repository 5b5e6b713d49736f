-- sentinel_disallow: takes a subject off the allow list.
--
-- FCALL sentinel_disallow 1 <namespace>:{<partition>} subject <type:id> [by <name>] [note <text>] [at <ms>]
--
-- Replies: removed 1, or removed 0 when it was not on it.

local NAME = 'sentinel_disallow'
local KNOWN = { subject = true, by = true, note = true, at = true }

S.register(NAME, {}, function(keys, argv)
  local prefix, namespace = S.partition(NAME, keys)
  local wish = S.fields(NAME, argv, KNOWN)
  local subject = S.subject(NAME, S.required(NAME, wish, 'subject'))
  local by, note = S.signed(NAME, wish)
  local now = S.now(NAME, prefix, wish.at)
  S.validate_for_change(namespace, prefix, subject)
  return { 'removed', S.lift_allow(namespace, prefix, subject, by, note, now) and 1 or 0 }
end)
