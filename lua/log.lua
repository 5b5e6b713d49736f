-- The event log, `<prefix>:events`: a stream, one entry per event, in the order of their recording.

local TRIMMED_EACH = 64 -- entries; so the log may hold as many more than POLICY.log_most

local since_trim = 0
local last_head, last_text, last_ms -- begin, time and time of the last position

-- Adds an entry. Returns its time in ms, as a number and as a decimal text: the stream takes it from the server's
-- clock.
function S.log(fields)
  local id
  since_trim = since_trim + 1
  if since_trim < TRIMMED_EACH then
    id = call('XADD', place.events, '*', unpack(fields))
  else
    since_trim = 0
    id = call('XADD', place.events, 'MAXLEN', '~', POLICY.log_most, '*', unpack(fields))
  end
  logged = id
  local head = sub(id, 1, 14)
  if head ~= last_head then
    local stop = find(id, '-', 1, true)
    last_head = stop == 14 and head
    last_text = sub(id, 1, stop - 1)
    last_ms = tonumber(last_text)
  end
  return last_ms, last_text
end

-- Of a reply of XINFO, the value of one field.
function S.field_of(info, field)
  for k = 1, #info, 2 do
    if info[k] == field then return info[k + 1] end
  end
  return nil
end

-- Takes the running call's entry back: neither readers nor the stream's own counts know of it then.
function S.unlog()
  if not logged then return end
  local id, info = logged, call('XINFO', 'STREAM', place.events)
  logged = nil
  local added = S.field_of(info, 'entries-added')
  if added == 1 and S.field_of(info, 'groups') == 0 then return call('DEL', place.events) end
  call('XDEL', place.events, id)
  local newest = call('XREVRANGE', place.events, '+', '-', 'COUNT', '1')[1]
  local most_deleted = S.field_of(info, 'max-deleted-entry-id')
  if most_deleted == '0-0' then most_deleted = '0-1' end -- 0-0 would change nothing
  local last = newest and newest[1] or id
  if S.after(most_deleted, last) then last = most_deleted end
  call('XSETID', place.events, last, 'ENTRIESADDED', S.decimal(added - 1), 'MAXDELETEDID', most_deleted)
end
