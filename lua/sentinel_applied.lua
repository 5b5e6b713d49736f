-- sentinel_applied: tells the audit log that a policy was applied; called in the transaction that loads it.
--
-- FCALL sentinel_applied 1 <namespace>:{<partition>} policy <hash> [by <name>] [note <text>]
--   [before <hash>]
--   before: of the policy that it takes the place of
--
-- Replies: policy <hash>.
-- Fails with BADARG when this library has another policy: loading it went wrong.

local NAME = 'sentinel_applied'
local KNOWN = { policy = true, before = true, by = true, note = true }

S.register(NAME, {}, function(keys, argv)
  local prefix = S.partition(NAME, keys)
  local wish = S.fields(NAME, argv, KNOWN)
  local hash = S.required(NAME, wish, 'policy')
  if hash ~= POLICY.hash then
    S.fail('BADARG', NAME .. ': policy is ' .. S.shown(hash) .. ', the library has ' .. S.shown(POLICY.hash))
  end
  local by, note = S.signed(NAME, wish)
  local before = wish.before and S.text(NAME, 'before', wish.before, 64)
  S.validate_audit(prefix)
  S.audit(prefix, S.now(NAME, prefix), by, 'policy', '', { before = before, after = hash, note = note })
  return { 'policy', hash }
end)
