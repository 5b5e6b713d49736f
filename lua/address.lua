-- Addresses: parsing, the canonical text of RFC 5952, prefixes.

-- Four bytes of an IPv4 address in strict dotted form, or nil.
local function parse4(text)
  local a, b, c, d = match(text, '^(%d%d?%d?)%.(%d%d?%d?)%.(%d%d?%d?)%.(%d%d?%d?)$')
  if not a then return nil end
  if find(text, '^0%d') or find(text, '%.0%d') then return nil end
  a, b, c, d = tonumber(a), tonumber(b), tonumber(c), tonumber(d)
  if a > 255 or b > 255 or c > 255 or d > 255 then return nil end
  return a, b, c, d
end

-- Whether a text is an IPv4 address in its canonical form already. Four looks make no strings, parsing makes five.
local function is_plain4(text)
  return find(text, '^%d%d?%d?%.%d%d?%d?%.%d%d?%d?%.%d%d?%d?$') and not find(text, '%f[%d]0%d')
    and not find(text, '[3-9]%d%d') and not find(text, '2[6-9]%d') and not find(text, '25[6-9]')
end

-- Appends the 16-bit groups of one side of an IPv6 address to `groups`; false when malformed.
local function groups_of(side, groups)
  if side == '' then return true end
  local position = 1
  while true do
    local stop = find(side, ':', position, true)
    local part = sub(side, position, stop and stop - 1 or #side)
    if not stop and find(part, '.', 1, true) then
      local a, b, c, d = parse4(part)
      if not a then return false end
      groups[#groups + 1] = a * 256 + b
      groups[#groups + 1] = c * 256 + d
    else
      if not find(part, '^%x%x?%x?%x?$') then return false end
      groups[#groups + 1] = tonumber(part, 16)
    end
    if not stop then return #groups <= 8 end
    position = stop + 1
  end
end

-- Eight 16-bit groups of an IPv6 address (RFC 4291 section 2.2), or nil.
local function parse6(text)
  if #text > 45 or find(text, '[^%x:.]') then return nil end
  local head, tail = {}, {}
  local at = find(text, '::', 1, true)
  if at then
    if find(text, '::', at + 1, true) then return nil end
    local left, right = sub(text, 1, at - 1), sub(text, at + 2)
    if find(left, '.', 1, true) then return nil end
    if not groups_of(left, head) or not groups_of(right, tail) or #head + #tail > 7 then return nil end
    for _ = 1, 8 - #head - #tail do head[#head + 1] = 0 end
    for _, group in ipairs(tail) do head[#head + 1] = group end
  elseif not groups_of(text, head) then
    return nil
  end
  return #head == 8 and head or nil
end

-- RFC 5952: lower case, no leading zeros, the longest run of zeros (two or more, the first of equals) as '::'.
local function text6(groups)
  local best, length, start = nil, 1, nil
  for i = 1, 9 do
    if groups[i] == 0 then
      start = start or i
      if i - start + 1 > length then best, length = start, i - start + 1 end
    else
      start = nil
    end
  end
  local left, right = {}, {}
  if not best then best, length = 9, 0 end
  for i = 1, best - 1 do left[#left + 1] = format('%x', groups[i]) end
  for i = best + length, 8 do right[#right + 1] = format('%x', groups[i]) end
  if length == 0 then return concat(left, ':') end
  return concat(left, ':') .. '::' .. concat(right, ':')
end

local function prefix4(a, b, c, d, bits)
  local number = ((a * 256 + b) * 256 + c) * 256 + d
  local size = 2 ^ (32 - bits)
  number = number - number % size
  return format('%d.%d.%d.%d/%d', floor(number / 16777216), floor(number / 65536) % 256,
    floor(number / 256) % 256, number % 256, bits)
end

local function prefix6(groups, bits)
  local masked = {}
  for i = 1, 8 do
    local kept = math.max(0, math.min(16, bits - 16 * (i - 1)))
    local size = 2 ^ (16 - kept)
    masked[i] = groups[i] - groups[i] % size
  end
  return text6(masked) .. '/' .. bits
end

-- What is known of an address, by its text as it came. A memo, not state: bounded, emptied when full. A small one: Lua
-- looks at all that it holds again and again.
local addresses, addresses_known, ADDRESSES_MOST = {}, 0, 1024

-- text: canonical; subject: what is counted (`ip:…`, for IPv6 `net:…/64`); groups, or a, b, c, d: its numbers.
local function describe(value)
  local a, b, c, d = parse4(value)
  local known = { text = value }
  local groups
  if not a then
    groups = parse6(value)
    if not groups then return nil end
    if groups[6] == 65535 and groups[1] + groups[2] + groups[3] + groups[4] + groups[5] == 0 then
      a, b, c, d = floor(groups[7] / 256), groups[7] % 256, floor(groups[8] / 256), groups[8] % 256
      known.text = format('%d.%d.%d.%d', a, b, c, d)
    end
  end
  if a then
    known.subject = 'ip:' .. known.text
    known.a, known.b, known.c, known.d = a, b, c, d
  else
    known.text, known.groups = text6(groups), groups
    known.subject = POLICY.subject6 == 128 and 'ip:' .. known.text
      or 'net:' .. prefix6(groups, POLICY.subject6)
  end
  return known
end

-- The address in `value`, described; nil when it is none.
local function address_in(value)
  local known = addresses[value]
  if known then return known end
  known = describe(value)
  if not known then return nil end
  if addresses_known >= ADDRESSES_MOST then addresses, addresses_known = {}, 0 end
  addresses[value], addresses_known = known, addresses_known + 1
  return known
end

-- Those that were found to be plain lately, a memo of names alone: five looks cost more than one.
local plain, plain_known = {}, 0

-- Its canonical text; nil when it is none.
function S.address_text(value)
  if plain[value] then return value end
  if is_plain4(value) then
    if plain_known >= ADDRESSES_MOST then plain, plain_known = {}, 0 end
    plain[value], plain_known = true, plain_known + 1
    return value
  end
  local known = address_in(value)
  return known and known.text
end

-- The address in `value`, described; error when it is none.
function S.address(name, field, value)
  local known = address_in(value)
  if not known then
    S.fail('BADARG', name .. ': ' .. field .. ' is ' .. S.shown(value) .. ', want an IPv4 or IPv6 address')
  end
  return known
end

-- Whatever a block may name an address by, the address first. Few events need it: so it is made when one does.
function S.address_names(address)
  local names = address.names
  if not names then
    names = { 'ip:' .. address.text }
    for i, bits in ipairs(address.a and POLICY.net4 or POLICY.net6) do
      names[i + 1] = 'net:' .. (address.a and prefix4(address.a, address.b, address.c, address.d, bits)
        or prefix6(address.groups, bits))
    end
    address.names = names
  end
  return names
end

-- Its /24 or /48.
function S.network_of(address)
  local network = address.network
  if not network then
    network = address.a and prefix4(address.a, address.b, address.c, address.d, 24) or prefix6(address.groups, 48)
    address.network = network
  end
  return network
end

local function listed(lengths, bits)
  for _, each in ipairs(lengths) do
    if each == bits then return true end
  end
  return false
end

-- A CIDR network in canonical text. Its length must be one of the policy's, or no check would ever look at it.
function S.network(name, value)
  local base, length = match(value, '^(.*)/(%d%d?%d?)$')
  local bits = tonumber(length)
  local a, b, c, d, groups
  if base then
    a, b, c, d = parse4(base)
    groups = not a and parse6(base)
  end
  if not (a and bits <= 32) and not (groups and bits <= 128) then
    S.fail('BADARG', name .. ': subject is ' .. S.shown('net:' .. value)
      .. ', want net:<address>/<length>, like net:203.0.113.0/24')
  end
  local canonical = a and prefix4(a, b, c, d, bits) or prefix6(groups, bits)
  local lengths = a and POLICY.net4 or POLICY.net6
  if not listed(lengths, bits) then
    S.fail('BADARG', name .. ': subject is ' .. S.shown('net:' .. value) .. ', and the policy looks at /'
      .. concat(lengths, ', /') .. ' alone')
  end
  local given = a and format('%d.%d.%d.%d/%d', a, b, c, d, bits) or text6(groups) .. '/' .. bits
  if given ~= canonical then
    S.fail('BADARG', name .. ': subject is ' .. S.shown('net:' .. value)
      .. ', which has bits behind its length; did you mean net:' .. canonical .. '?')
  end
  return canonical
end
