-- sentinel_block: an admin (or a program) blocks a subject.
--
-- FCALL sentinel_block 1 <namespace>:{<partition>} subject <type:id> [duration <ms>] [action block|challenge|throttle]
--   [reason ABUSE|MALICIOUS_CONTENT|SPAM|FRAUD|MANUAL] [by <name>] [note <text>] [at <ms>]
--   [keep 1]
--   duration: ms, or permanent; without one the block is permanent. net:<CIDR> wants a prefix length of the policy.
--   keep: only if there is a block; what is not given stays as it was, its end included.
--
-- Replies: change added|changed, subject <canonical>, ref <short id>, until <ms>|permanent; or change none, where
--   `keep` finds no block.
-- Fails with ALLOWED when the subject is on the allow list.

local NAME = 'sentinel_block'
local KNOWN = {
  subject = true, duration = true, action = true, reason = true, by = true, note = true, at = true,
  keep = true,
}
local ACTIONS = { block = true, challenge = true, throttle = true }
local REASONS = { ABUSE = true, MALICIOUS_CONTENT = true, SPAM = true, FRAUD = true, MANUAL = true }
local TEN_YEARS = 315360000000

S.register(NAME, {}, function(keys, argv)
  local prefix, namespace = S.partition(NAME, keys)
  local wish = S.fields(NAME, argv, KNOWN)
  local subject = S.subject(NAME, S.required(NAME, wish, 'subject'))
  if wish.keep and wish.keep ~= '1' then S.fail('BADARG', NAME .. ': keep is ' .. S.shown(wish.keep) .. ', want 1') end
  local is_permanent = wish.duration == 'permanent'
  local length = wish.duration and not is_permanent and S.integer(NAME, 'duration', wish.duration, 1, TEN_YEARS)
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
  S.validate_tally(prefix, 'block:' .. reason)
  local standing = wish.keep and S.block_of(prefix, subject, now)
  if wish.keep and not standing then return { 'change', 'none', 'subject', subject } end
  if S.allowed({ subject }, now) then
    S.fail('ALLOWED', NAME .. ': ' .. S.printable(subject) .. ' is on the allow list, take it off first')
  end
  local till = length and now + length or nil
  local block = { action = action, reason = reason, by = by, note = wish.note, since = now, ['until'] = till }
  if standing then
    block.action, block.reason = wish.action or standing.action, wish.reason or standing.reason
    block.note, block.rule, block.incident = wish.note or standing.note, standing.rule, standing.incident
    block.since = standing.since
    if not wish.duration then block['until'], till = standing['until'], standing['until'] end
  end
  local ref, change = S.set_block(namespace, prefix, subject, block, now)
  return { 'change', change, 'subject', subject, 'ref', ref, 'until', till and S.decimal(till) or 'permanent' }
end)
