-- What is used and reserved of each limit: the arithmetic of domain/gauges.py and
-- domain/admission.py, to the byte. Instants are whole microseconds; a double holds them exactly,
-- and is written by fmt alone: tostring would round it.
--
-- A line: {subject, slot, amount, limit, period, begins, ends, enforced, timezone}; its instants are
-- text, for cjson writes no more than 14 digits of a number.

local MINUTE, LONGEST_DEBT, SOON = 60000000, 600000000, 1000000

local function fmt(number)
  return string.format('%.0f', number)
end

local function clock(given)
  if given ~= '' then
    return tonumber(given)
  end
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000000 + tonumber(time[2])
end

local function read_record(text)
  local record = {slots = {}, order = {}}
  if not text or text == '1' then
    return record
  end
  if text:sub(1, 2) ~= '1|' then
    error('written by a newer relay: a record of limits')
  end
  for part in text:sub(3):gmatch('[^|]+') do
    local slot, rest = part:match('^(%S+) (.+)$')
    local period, used, held = rest:match('^(%S+) (%S+) (%S+)$')
    local gauge = {period = '', used = 0, held = 0, till = 0}
    if period then
      gauge = {period = period, used = tonumber(used), held = tonumber(held), till = 0}
    else
      gauge.till = tonumber(rest)
    end
    record.slots[slot] = gauge
    record.order[#record.order + 1] = slot
  end
  return record
end

local function gauge_text(gauge)
  if gauge.period ~= '' then
    return gauge.period .. ' ' .. fmt(gauge.used) .. ' ' .. fmt(gauge.held)
  end
  return fmt(gauge.till)
end

local function record_text(record)
  local parts = {'1'}
  for _, slot in ipairs(record.order) do
    parts[#parts + 1] = slot .. ' ' .. gauge_text(record.slots[slot])
  end
  return table.concat(parts, '|')
end

local function gauge_of(records, line)
  local record = records[line[1]]
  return record.slots[line[2]] or {period = '', used = 0, held = 0, till = 0}
end

local function set_gauge(records, line, gauge)
  local record = records[line[1]]
  if not record.slots[line[2]] then
    record.order[#record.order + 1] = line[2]
  end
  record.slots[line[2]] = gauge
end

local function is_place(line)
  return line[2]:sub(1, 12) == 'concurrency/'
end

local function slides(line)
  return line[2]:sub(-7) == '/minute' and not is_place(line)
end

local function current(line, gauge)
  if gauge.period == line[5] then
    return gauge
  end
  return {period = line[5], used = 0, held = 0, till = 0}
end

local function in_window(line, now)
  local begins, ends = tonumber(line[6]), tonumber(line[7])
  return (begins == 0 or begins <= now) and (ends == 0 or now < ends)
end

local function drained(gauge, now)
  return math.max(now, math.min(gauge.till, now + LONGEST_DEBT))
end

local function moved(line, gauge, more, now)
  local begin, till = math.max(gauge.till, now), nil
  if more >= 0 then
    till = begin + math.ceil(more * MINUTE / line[4])
  else
    till = begin - math.floor(-more * MINUTE / line[4])
  end
  till = math.min(math.max(till, now), now + LONGEST_DEBT)
  return {period = gauge.period, used = gauge.used, held = gauge.held, till = till}
end

-- nil: it fits; else {wait or -1, never}
local function denial(line, gauge, now)
  local amount, limit = line[3], line[4]
  if amount > limit then
    return {-1, 1}
  end
  if slides(line) then
    local wait = drained(gauge, now) + math.ceil(amount * MINUTE / limit) - MINUTE - now
    if wait > 0 then
      return {wait, 0}
    end
    return nil
  end
  local found = current(line, gauge)
  if found.used + found.held + amount <= limit then
    return nil
  end
  if is_place(line) then
    return {SOON, 0}
  end
  local ends = tonumber(line[7])
  return {ends ~= 0 and ends - now or -1, 0}
end

local function booked(line, gauge, now)
  if slides(line) then
    local till = drained(gauge, now) + math.ceil(line[3] * MINUTE / line[4])
    till = math.min(till, now + LONGEST_DEBT)
    return {period = gauge.period, used = gauge.used, held = gauge.held, till = till}
  end
  local found = current(line, gauge)
  return {period = found.period, used = found.used, held = found.held + line[3], till = found.till}
end

local function settled(line, gauge, used, now)
  if slides(line) then
    return moved(line, gauge, used - line[3], now)
  end
  if gauge.period ~= line[5] then
    return gauge
  end
  local spent = is_place(line) and 0 or used
  local held = math.max(0, gauge.held - line[3])
  return {period = gauge.period, used = gauge.used + spent, held = held, till = gauge.till}
end

local function corrected(line, gauge, more, now)
  if slides(line) then
    return moved(line, gauge, more, now)
  end
  if gauge.period ~= line[5] or is_place(line) then
    return gauge
  end
  local used = math.max(0, gauge.used + more)
  return {period = gauge.period, used = used, held = gauge.held, till = gauge.till}
end

local function charged(line, gauge, used, now)
  if slides(line) then
    return moved(line, gauge, used, now)
  end
  local found = current(line, gauge)
  if is_place(line) then
    return found
  end
  return {period = found.period, used = found.used + used, held = found.held, till = found.till}
end

-- What of {input, output, cost} a line counts.
local function counted(line, used)
  local metric = line[2]:match('^(.-)/')
  if metric == 'tokens' then
    return used[1] + used[2]
  elseif metric == 'input_tokens' then
    return used[1]
  elseif metric == 'output_tokens' then
    return used[2]
  elseif metric == 'cost' then
    return used[3]
  end
  return 1
end

local function subjects_of(lines, records)
  local found = {}
  for _, line in ipairs(lines) do
    if not records[line[1]] and not found[line[1]] then
      found[line[1]] = true
      found[#found + 1] = line[1]
    end
  end
  return found
end

-- Each line's gauge becomes what `change` makes of it.
local function apply(lines, records, change)
  for _, line in ipairs(lines) do
    set_gauge(records, line, change(line, gauge_of(records, line)))
  end
end

-- The worst denial among enforced lines, as {line, wait, never}; and all of the others.
local function judge(lines, records, now)
  local worst, shadowed = nil, {}
  for number, line in ipairs(lines) do
    local found = denial(line, gauge_of(records, line), now)
    if found and line[8] == 0 then
      shadowed[#shadowed + 1] = {number, found[1], found[2]}
    elseif found then
      local wait = found[1] == -1 and math.huge or found[1]
      if not worst or found[2] > worst[3] or (found[2] == worst[3] and wait > worst[4]) then
        worst = {number, found[1], found[2], wait}
      end
    end
  end
  return worst, shadowed
end
