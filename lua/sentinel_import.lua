-- sentinel_import: blocks many subjects at once, from a list.
--
-- FCALL sentinel_import 1 <namespace>:{<partition>} [by <name>] [note <text>] [at <ms>]
--   blocks [<subject> <ms|permanent> <action> <reason> <note>]…
--   At most 100 blocks; what is empty of action, reason and note is block, MANUAL, and the note of the call. As in
--   sentinel_block, a block takes the place of the one that stands.
--
-- Replies: added <n>, changed <n>, failed <list of place (from 1) and reason, by turns>: one that is wrong, or on the
--   allow list, does not hold up the others.
-- One entry goes into the audit log, which names them all: so a long list does not push out everything else.

local NAME = 'sentinel_import'
local KNOWN = { by = true, note = true, at = true }
local ACTIONS = { block = true, challenge = true, throttle = true }
local REASONS = { ABUSE = true, MALICIOUS_CONTENT = true, SPAM = true, FRAUD = true, MANUAL = true }
local TEN_YEARS = 315360000000
local MOST, FIELDS = 100, 5

-- The words of the call: its fields, and where in argv the blocks begin.
local function parse(argv)
  local head = {}
  for i = 1, #argv do
    if argv[i] == 'blocks' and i % 2 == 1 then
      local rest = #argv - i
      if rest % FIELDS ~= 0 or rest > MOST * FIELDS then
        S.fail('BADARG', NAME .. ': blocks has ' .. rest .. ' words, want 5 for each of at most 100')
      end
      return S.fields(NAME, head, KNOWN), i + 1
    end
    head[i] = argv[i]
    if i > 6 then break end
  end
  S.fail('BADARG', NAME .. ': missing field blocks')
end

local function or_else(value, default) return value ~= '' and value or default end

-- What is to be set: subject and block. Fails where that makes no sense.
local function wish_of(argv, at, by, note, now)
  local subject = S.subject(NAME, argv[at])
  local length = argv[at + 1] ~= 'permanent' and S.integer(NAME, 'duration', argv[at + 1], 1, TEN_YEARS)
  local action, reason = or_else(argv[at + 2], 'block'), or_else(argv[at + 3], 'MANUAL')
  if not ACTIONS[action] then
    S.fail('BADARG', NAME .. ': action is ' .. S.shown(action) .. ', want block, challenge or throttle')
  end
  if not REASONS[reason] then
    S.fail('BADARG', NAME .. ': reason is ' .. S.shown(reason)
      .. ', want ABUSE, MALICIOUS_CONTENT, SPAM, FRAUD or MANUAL')
  end
  return subject, {
    action = action, reason = reason, by = by, note = or_else(S.text(NAME, 'note', argv[at + 4], 1024), note),
    since = now, ['until'] = length and now + length or nil,
  }
end

-- Fails where something foreign stands in the place of one of these blocks.
local function validate(namespace, prefix, subjects)
  local keys, found = {}, 0
  for i, subject in ipairs(subjects) do keys[i] = namespace .. ':block:' .. subject end
  local details, standing = call('HMGET', prefix .. ':block', unpack(subjects)), call('MGET', unpack(keys))
  for i, subject in ipairs(subjects) do
    if details[i] then S.stored_block(prefix, subject, details[i]) end
    if standing[i] then found = found + 1 end
  end
  -- MGET shows nothing of keys of another type.
  if call('EXISTS', unpack(keys)) == found then return end
  for _, key in ipairs(keys) do S.want_type(key, 'string') end
end

-- What is to be set, each subject once: subjects and their blocks; and what is wrong, by place in the list.
local function read(argv, start, by, note, now)
  local subjects, blocks, at, reasons, seen = {}, {}, {}, {}, {}
  for i = start, #argv, FIELDS do
    local number = (i - start) / FIELDS + 1
    local done, subject, block = pcall(wish_of, argv, i, by, note, now)
    if not done then
      reasons[number] = type(subject) == 'table' and subject.err or subject
    elseif seen[subject] then
      reasons[number] = 'BADARG ' .. S.printable(subject) .. ' is there twice'
    else
      seen[subject] = true
      subjects[#subjects + 1], blocks[#blocks + 1], at[#at + 1] = subject, block, number
    end
  end
  if #subjects == 0 then return subjects, blocks, reasons end
  local allowed, rest, their_blocks = S.each_allowed(subjects, now), {}, {}
  for i, subject in ipairs(subjects) do
    if allowed[i] then
      reasons[at[i]] = 'ALLOWED ' .. S.printable(subject) .. ' is on the allow list'
    else
      rest[#rest + 1], their_blocks[#their_blocks + 1] = subject, blocks[i]
    end
  end
  return rest, their_blocks, reasons
end

S.register(NAME, {}, function(keys, argv)
  local prefix, namespace = S.partition(NAME, keys)
  local wish, start = parse(argv)
  local by, note = S.signed(NAME, wish)
  local now = S.now(NAME, prefix, wish.at)
  S.validate_for_list(namespace, prefix)
  local subjects, blocks, reasons = read(argv, start, by, note, now)
  local failed, added = {}, 0
  for number = 1, (#argv - start + 1) / FIELDS do
    if reasons[number] then failed[#failed + 1], failed[#failed + 2] = number, reasons[number] end
  end
  if #subjects > 0 then
    validate(namespace, prefix, subjects)
    added = S.put_blocks(namespace, prefix, subjects, blocks, now)
    local refs = {}
    for i, subject in ipairs(subjects) do
      refs[i] = '"' .. blocks[i].ref .. '":' .. cjson.encode(S.printable(subject))
    end
    S.audit(prefix, now, by, 'import', '', { after = '{' .. concat(refs, ',') .. '}', note = note })
  end
  return { 'added', added, 'changed', #subjects - added, 'failed', failed }
end)
