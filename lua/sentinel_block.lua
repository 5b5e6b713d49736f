-- sentinel_block: an admin (or a program) blocks a subject.
--
-- FCALL sentinel_block 1 <namespace>:{<partition>} subject <type:id> [duration <ms>] [action block|challenge|throttle]
--   [reason ABUSE|MALICIOUS_CONTENT|SPAM|FRAUD|MANUAL] [by <name>] [note <text>] [at <ms>]
--   Without a duration the block is permanent. net:<CIDR> wants a prefix length of the policy.
--
-- Replies: change added|changed, subject <canonical>, ref <short id>, until <ms>|permanent.
-- Fails with ALLOWED when the subject is on the allow list.

local NAME = 'sentinel_block'
local KNOWN = {
  subject = true, duration = true, action = true, reason = true, by = true, note = true, at = true,
}
local ACTIONS = { block = true, challenge = true, throttle = true }
local REASONS = { ABUSE = true, MALICIOUS_CONTENT = true, SPAM = true, FRAUD = true, MANUAL = true }
local TEN_YEARS = 315360000000

S.register(NAME, {}, function(keys, argv)
  local prefix, namespace = S.partition(NAME, keys)
  local wish = S.fields(NAME, argv, KNOWN)
  local subject = S.subject(NAME, S.required(NAME, wish, 'subject'))
  local length = wish.duration and S.integer(NAME, 'duration', wish.duration, 1, TEN_YEARS)
  local action, reason = wish.action or 'block', wish.reason or 'MANUAL'
  if not ACTIONS[action] then
    S.fail('BADARG', NAME .. ': action is ' .. S.shown(action) .. ', want block, challenge or throttle')
  end
  if not REASONS[reason] then
    S.fail('BADARG', NAME .. ': reason is ' .. S.shown(reason)
      .. ', want ABUSE, MALICIOUS_CONTENT, SPAM, FRAUD or MANUAL')
  end
  local by = S.text(NAME, 'by', wish.by or 'admin', 128)
  if wish.note then S.text(NAME, 'note', wish.note, 1024) end
  local now = S.now(NAME, prefix, wish.at)
  S.validate_for_change(namespace, prefix, subject)
  S.validate_tally(prefix, now, 'block:' .. reason)
  if S.allowed({ subject }, now) then
    S.fail('ALLOWED', NAME .. ': ' .. S.printable(subject) .. ' is on the allow list, take it off first')
  end
  local till = length and now + length
  local ref, change = S.set_block(namespace, prefix, subject, {
    action = action, reason = reason, by = by, note = wish.note, since = now, ['until'] = till,
  }, now)
  return { 'change', change, 'subject', subject, 'ref', ref, 'until', till and S.decimal(till) or 'permanent' }
end)
