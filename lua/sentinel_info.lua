-- sentinel_info: which library and which policy answer here.
--
-- FCALL[_RO] sentinel_info 1 <namespace>:{<partition>} [source 1]
--
-- Replies: version <n> policy <hash> loaded <ms, 0: not known> namespace <name> partition <p> now <ms>, and when asked
--   for the source: source <the policy's YAML> lists <path and contents of each file that it names, by turns>

local NAME = 'sentinel_info'
local KNOWN = { source = true }

S.register(NAME, { 'no-writes' }, function(keys, argv)
  local prefix, namespace, partition = S.partition(NAME, keys)
  local wish = S.fields(NAME, argv, KNOWN)
  if wish.source and wish.source ~= '1' then
    S.fail('BADARG', NAME .. ': source is ' .. S.shown(wish.source) .. ', want 1')
  end
  return S.reply('version', S.version, 'policy', POLICY.hash, 'loaded', S.decimal(POLICY.loaded or 0),
    'namespace', namespace, 'partition', partition, 'now', S.decimal(S.now(NAME, prefix)),
    'source', wish.source and POLICY.source, 'lists', wish.source and POLICY.lists)
end)
