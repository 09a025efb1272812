-- KEYS: books. ARGV: now or '', id, all lines that the hold is to have, its subjects
local key, field, records = KEYS[1], 'h:' .. ARGV[2], {}
local now = clock(ARGV[1])
local wanted = cjson.decode(ARGV[3])
local found = fetch(key, subject_fields(wanted, {}, {'rests', 'version', 'layout', field}))
if refusal(found) then
  return refusal(found)
end
local hold = read_hold(found[field])

local function answer(kind, ...)
  return {kind, fmt(now), found.rests or '{}', found.version or '0', ...}
end

local function places(lines)
  local set = {}
  for _, line in ipairs(lines) do
    set[line[1] .. ' ' .. line[2]] = true
  end
  return set
end

-- The lines that are in a set of places, and those that are not.
local function split(lines, set)
  local inside, outside = {}, {}
  for _, line in ipairs(lines) do
    local part = set[line[1] .. ' ' .. line[2]] and inside or outside
    part[#part + 1] = line
  end
  return inside, outside
end

if not hold or hold.state ~= 'open' then
  return answer('over')
end
take_records(wanted, records, found)
all_records(key, hold.lines, records)
local kept, gone = split(hold.lines, places(wanted))
local _, added = split(wanted, places(kept))
for _, line in ipairs(added) do
  if not in_window(line, now) then
    return answer('outdated')
  end
end
apply(gone, records, function(line, gauge)
  return settled(line, gauge, 0, now)
end)
local worst, shadowed = judge(added, records, now)
local told = cjson.encode(added)
if worst then
  return answer('denied', gauge_texts(added, records), {worst[1], worst[2], worst[3]}, told)
end
apply(added, records, function(line, gauge)
  return booked(line, gauge, now)
end)
local writes = {}
write_records(writes, records)
for _, line in ipairs(added) do
  kept[#kept + 1] = line
end
writes[field] = hold_text('open', hold.at, hold.till, cjson.encode(kept), hold.used_text, hold.claim,
  ARGV[4], hold.itself, hold.entry)
store(key, writes)
return answer('ok', gauge_texts(added, records), shadowed, told)
