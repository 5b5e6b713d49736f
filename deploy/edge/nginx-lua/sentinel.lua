-- Asks Redis for the block keys of an address, in one round trip: the address itself and the networks around it, on the
-- allow list and on the block list. For OpenResty, and for nginx with lua-nginx-redis (Debian: libnginx-mod-http-lua,
-- lua-nginx-redis). The keys are those of docs/redis.md, and so is their canonical text.

local redis = require "nginx.redis"
local byte, concat, floor, format = string.byte, table.concat, math.floor, string.format

local sentinel = {
  address = "unix:/run/redis/redis-server.sock", -- or host
  port = nil,
  user = nil, password = nil, -- of the Redis user `edge`, see `sentinel acl`
  namespace = "sentinel",
  lengths4 = { 24, 16 }, lengths6 = { 64, 48 }, -- the policy's networks
  timeout = 50, -- ms
  closed = false, -- whether to refuse everybody while Redis does not answer
}

-- `a.b.c.d` with all bits behind the prefix zero.
local function text4(bytes, from, length)
  local parts = {}
  for i = 0, 3 do
    local kept = math.max(0, math.min(8, length - 8 * i))
    local size = 2 ^ (8 - kept)
    parts[i + 1] = floor(byte(bytes, from + i) / size) * size
  end
  return concat(parts, ".")
end

-- RFC 5952, as Redis keeps it: lower case, the longest run of two or more zero groups as `::`, the first of equals.
local function text6(bytes, length)
  local groups, best, most, start = {}, nil, 1, nil
  for i = 1, 8 do
    local kept = math.max(0, math.min(16, length - 16 * (i - 1)))
    local size = 2 ^ (16 - kept)
    groups[i] = floor((byte(bytes, 2 * i - 1) * 256 + byte(bytes, 2 * i)) / size) * size
  end
  for i = 1, 9 do
    if groups[i] == 0 then
      start = start or i
      if i - start + 1 > most then best, most = start, i - start + 1 end
    else
      start = nil
    end
  end
  local left, right = {}, {}
  if not best then best, most = 9, 0 end
  for i = 1, best - 1 do left[#left + 1] = format("%x", groups[i]) end
  for i = best + most, 8 do right[#right + 1] = format("%x", groups[i]) end
  if most == 0 then return concat(left, ":") end
  return concat(left, ":") .. "::" .. concat(right, ":")
end

-- The subjects that a block or an allow of this address may stand on. `binary`: 4 or 16 bytes.
function sentinel.subjects(binary)
  local names = {}
  local is4, from = #binary == 4, 1
  if binary:sub(1, 12) == ("\0"):rep(10) .. "\255\255" then is4, from = true, 13 end
  if is4 then
    names[1] = "ip:" .. text4(binary, from, 32)
    for _, length in ipairs(sentinel.lengths4) do
      names[#names + 1] = "net:" .. text4(binary, from, length) .. "/" .. length
    end
  else
    names[1] = "ip:" .. text6(binary, 128)
    for _, length in ipairs(sentinel.lengths6) do
      names[#names + 1] = "net:" .. text6(binary, length) .. "/" .. length
    end
  end
  return names
end

local function ask(keys)
  local client = redis:new()
  client:set_timeout(sentinel.timeout)
  local done, problem
  if sentinel.port then done, problem = client:connect(sentinel.address, sentinel.port)
  else done, problem = client:connect(sentinel.address) end
  if not done then return nil, problem end
  if sentinel.password and client:get_reused_times() == 0 then
    done, problem = client:auth(sentinel.user, sentinel.password)
    if not done then return nil, problem end
  end
  local values
  values, problem = client:mget(unpack(keys))
  if not values then return nil, problem end
  client:set_keepalive(60000, 64)
  return values
end

-- The JSON of the block that holds for this address; nil for none.
function sentinel.block(binary)
  local names, keys = sentinel.subjects(binary), {}
  for _, list in ipairs({ "allow", "block" }) do
    for _, name in ipairs(names) do keys[#keys + 1] = sentinel.namespace .. ":" .. list .. ":" .. name end
  end
  local values, problem = ask(keys)
  if not values then
    ngx.log(ngx.WARN, "Sentinel's Redis does not answer: ", problem)
    return sentinel.closed and '{"action":"unknown"}' or nil
  end
  for i = 1, #names do
    if values[i] ~= ngx.null then return nil end
  end
  for i = #names + 1, #keys do
    if values[i] ~= ngx.null then return values[i] end
  end
  return nil
end

-- For access_by_lua: refuses a blocked client with a page that shows the reference.
function sentinel.access()
  local block = sentinel.block(ngx.var.binary_remote_addr)
  if not block then return end
  local action = block:match('"action":"(%l+)"') or "block"
  local ref = block:match('"ref":"([%w-]+)"') or ""
  ngx.status = action == "throttle" and 429 or 403
  ngx.header["Content-Type"] = "text/html"
  ngx.header["X-Sentinel-Action"] = action
  ngx.header["X-Sentinel-Ref"] = ref
  local till = tonumber(block:match('"until":(%d+)'))
  if till then ngx.header["Retry-After"] = math.max(1, math.ceil(till / 1000 - ngx.now())) end
  ngx.say("<!doctype html><title>Refused</title><h1>Refused</h1><p>", action, "</p><p>Reference: <code>", ref,
    "</code></p>")
  return ngx.exit(ngx.status)
end

return sentinel
