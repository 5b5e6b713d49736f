-- What the limits say to an event, all series together.

local refused, flags -- what the running judgement found
local trying, full, asked

-- A limit that one more event would exceed. `now`, `first`, `base`: of its window; `cost`: what the event adds to it.
function S.exceed(series, i, limit, used, now, first, base, cost)
  full = true
  if trying then return end
  local rule = series.rules[i]
  flags = flags or {}
  flags[#flags + 1] = { rule = rule, used = used }
  if not rule.enforce then return end
  -- For an event that came late the window frees at its own clock, not at its time.
  local wait = cost > limit and -1 or S.wait(series, i, used + cost - limit, now, first, base) + now - asked
  if not refused or (refused.wait ~= -1 and (wait == -1 or wait > refused.wait)) then
    refused = { rule = rule, limit = limit, remaining = math.max(0, limit - used), wait = wait }
  end
end

local function judge(all, now, event, spare)
  refused, flags, full, asked = nil, nil, false, now
  local least, rule, limit, ends = all[1].judge(now, event, spare)
  for i = 2, #all do
    local least2, rule2, limit2, ends2 = all[i].judge(now, event, spare)
    if least2 < least then least, rule, limit = least2, rule2, limit2 end
    if ends2 < ends then ends = ends2 end
  end
  if least < 0 then least = 0 end -- a policy with a lower limit came in between
  return least, rule, limit, ends
end

-- The limits of an event whose time is not known yet: windows only empty while no event comes, so what fits as of the
-- last one fits at any time. Returns whether it does; then, of the limit of which least is left: what is left, rule,
-- figure; and until when that holds.
function S.fits(all, event)
  if not all[1] then return true, nil, nil, nil, INFINITY end
  trying = true
  local least, rule, limit, ends = judge(all, 0, event, 0)
  trying = false
  return not full, least, rule, limit, ends
end

-- The limits of an event at time now. Returns what is left of the tightest limit that allows it, its rule and figure
-- (nil: no limit), then
--   refused   {rule, limit, remaining, wait} of the rule that makes it wait longest, or nil
--   flags     list of {rule, used} that are exceeded, or nil
-- `spare`: 1 tells what is left before the event, 0 after it.
function S.judge(all, now, event, spare)
  if not all[1] then return nil end
  trying = false
  local least, rule, limit = judge(all, now, event, spare)
  return least, rule, limit, refused, flags
end

local function begins(value, prefix) return sub(value, 1, #prefix) == prefix end

local function ends_with(value, suffix) return #value >= #suffix and sub(value, -#suffix) == suffix end

-- Whether one field of the event has one of the values that a condition names. See Selection.swift.
local function meets(event, condition)
  local value = S.value_of(event, condition.field)
  if not value then return false end
  for _, each in ipairs(condition.is or {}) do
    if value == each then return true end
  end
  for _, each in ipairs(condition.prefixes or {}) do
    if begins(value, each) then return true end
  end
  for _, each in ipairs(condition.suffixes or {}) do
    if ends_with(value, each) then return true end
  end
  local number = condition.ranges and tonumber(value)
  for _, each in ipairs(number and condition.ranges or {}) do
    if number >= each[1] and number <= each[2] then return true end
  end
  return false
end

-- Whether the event meets every condition of a watch.
function S.selects(where, event)
  for i = 1, #where do
    if not meets(event, where[i]) then return false end
  end
  return true
end

local selected = {}

-- The series that count this event, their windows read.
function S.series_of(event)
  local all = event.watched.series
  if not event.watched.plain then
    local count = 0
    for i = 1, #all do
      local series = all[i]
      local scope = series.scope
      if (scope == ACTOR or event.subjects[scope.id]) and (event.user or not series.needs_user)
        and (not series.where or S.selects(series.where, event)) then
        count = count + 1
        selected[count] = series
      end
    end
    for i = #selected, count + 1, -1 do selected[i] = nil end
    all = selected
  end
  for i = 1, #all do S.read_window(all[i]) end
  return all
end
