-- sentinel_edge_late: an edge is behind the block list; an alert, once for as long as it stays behind.
--
-- FCALL sentinel_edge_late 1 <namespace>:{<partition>} edge <name> changes <n> lag <ms> silence <ms> [at <ms>]
--   changes: that it has not applied. lag: how long ago the first of them was made. silence: how long nothing was heard
--   of it.
--
-- To be called every few seconds while the edge is behind, by as many processes as like: the first call alerts, the
-- others keep the episode going. After a minute without a call it is over, and the next one alerts again; so an edge
-- that catches up and falls behind all the time is one episode.
-- The alert has no incident, for an edge is nobody's abuse: `change` and `module` are `edge`, `rule` is `edge_behind`.
--
-- Replies: outcome alerted seq <number of the alert>
--          outcome known    this episode had its alert
--          outcome unknown  no such edge

local NAME = 'sentinel_edge_late'
local KNOWN = { edge = true, changes = true, lag = true, silence = true, at = true }
local EPISODE = 60000 -- ms without a call that end an episode
local MOST = 256 -- names that are remembered: as many as there are edges

-- `12 s`, from ms.
local function seconds(ms)
  return S.decimal(floor(ms / 1000)) .. ' s'
end

local function words(edge, changes, lag, silence)
  if changes == 0 then return 'edge ' .. edge .. ' has been silent for ' .. seconds(silence) end
  return 'edge ' .. edge .. ' is behind by ' .. S.decimal(changes) .. (changes == 1 and ' change' or ' changes')
    .. ' for ' .. seconds(lag) .. '; heard of ' .. seconds(silence) .. ' ago'
end

S.register(NAME, {}, function(keys, argv)
  local prefix, namespace = S.partition(NAME, keys)
  local has = S.fields(NAME, argv, KNOWN)
  local edge = S.required(NAME, has, 'edge')
  if #edge > 64 or not find(edge, '^[%w._-]+$') then
    S.fail('BADARG', NAME .. ': edge is ' .. S.shown(edge) .. ', want 1 to 64 letters, digits, dots, hyphens, _')
  end
  local numbers = {}
  for _, field in ipairs({ 'changes', 'lag', 'silence' }) do
    numbers[field] = S.integer(NAME, field, S.required(NAME, has, field), 0, S.MAX_TIME)
  end
  local now = S.now(NAME, prefix, has.at)
  local edges, late = prefix .. ':edges', prefix .. ':edges:late'
  S.want_type(edges, 'hash')
  S.want_type(late, 'hash')
  S.want_counter(prefix .. ':seq:alerts')
  S.want_type(namespace .. ':alerts:log', 'stream')
  if call('HEXISTS', edges, edge) == 0 then return { 'outcome', 'unknown' } end
  S.want_count(late, edge)
  local before = tonumber(call('HGET', late, edge) or '')

  -- Names of edges that are gone: in the worst case somebody hears of an episode twice.
  if not before and call('HLEN', late) >= MOST then call('DEL', late) end
  call('HSET', late, edge, S.decimal(now))
  call('PEXPIRE', late, 2 * EPISODE)
  if before and now - before < EPISODE then return { 'outcome', 'known' } end
  local seq = S.alert(namespace, prefix, format(
    '"at":%s,"change":"edge","incident":"","rule":"edge_behind","module":"edge","severity":3,"mode":"enforce",'
      .. '"subject":"edge:%s","count":1,"description":"%s","block":null,'
      .. '"evidence":{"changes":%s,"lag_ms":%s,"silence_ms":%s}',
    S.decimal(now), edge, words(edge, numbers.changes, numbers.lag, numbers.silence), S.decimal(numbers.changes),
    S.decimal(numbers.lag), S.decimal(numbers.silence)))
  return { 'outcome', 'alerted', 'seq', seq }
end)
