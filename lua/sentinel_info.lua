-- sentinel_info: which library and which policy answer here.
--
-- FCALL[_RO] sentinel_info 1 <namespace>:{<partition>}
--
-- Replies: version <n> policy <hash> loaded <ms, 0: not known> namespace <name> partition <p> now <ms>

local NAME = 'sentinel_info'

S.register(NAME, { 'no-writes' }, function(keys, argv)
  local prefix, namespace, partition = S.partition(NAME, keys)
  S.fields(NAME, argv, {})
  return { 'version', S.version, 'policy', POLICY.hash, 'loaded', S.decimal(POLICY.loaded or 0),
    'namespace', namespace, 'partition', partition,
    'now', S.decimal(S.now(NAME, prefix)) }
end)
