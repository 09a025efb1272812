-- KEYS: books, inbox
-- ARGV: now or '', id, lasts, lines, subjects, hold, lost entry, claim key, claim body, claim lasts,
--       microseconds between sweeps, and before anybody is turned away; most holds to sweep
local key, id, claim = KEYS[1], ARGV[2], ARGV[8]
local now = clock(ARGV[1])
local lines, records, found = cjson.decode(ARGV[4]), nil, nil
local till, forgotten = now + tonumber(ARGV[3]), now + tonumber(ARGV[10])

local function read()
  local names = {'swept', 'last', 'rests', 'version', 'layout', 'h:' .. id, bucket(till)}
  if claim ~= '' then
    names[#names + 1] = 'c:' .. claim
    names[#names + 1] = bucket(forgotten)
  end
  found, records = fetch(key, subject_fields(lines, {}, names)), {}
  take_records(lines, records, found)
end

-- Sweeps, if there is anything to look at and it was not done for so long.
local function swept(every)
  local before = tonumber(found.swept)
  if not before or tonumber(found.last) <= before or now - before * 1000000 <= tonumber(every) then
    return false
  end
  sweep(key, KEYS[2], found, now, tonumber(ARGV[13]))
  read()
  return true
end

local function claimed()
  return claim ~= '' and taken(read_claim(found['c:' .. claim]), id, now)
end

read()
if refusal(found) then
  return refusal(found)
end
swept(ARGV[11])

local function answer(kind, ...)
  return {kind, fmt(now), found.rests or '{}', found.version or '0', ...}
end

if found['h:' .. id] then
  return answer('again')
end
if claimed() and not (swept(ARGV[12]) and not claimed()) then
  return answer('claimed', found['c:' .. claim])
end
for _, line in ipairs(lines) do
  if not in_window(line, now) then
    return answer('outdated')
  end
end
local worst, shadowed = judge(lines, records, now)
if worst and swept(ARGV[12]) then
  worst, shadowed = judge(lines, records, now)
end
if worst then
  return answer('denied', gauge_texts(lines, records), {worst[1], worst[2], worst[3]})
end
apply(lines, records, function(line, gauge)
  return booked(line, gauge, now)
end)
local writes = {}
write_records(writes, records)
if found.swept and tonumber(found.last) <= tonumber(found.swept) then
  writes.swept = fmt(second_of(now) - 1) -- nothing is listed in between
end
writes['h:' .. id] =
  hold_text('open', now, till, ARGV[4], '[0,0,0]', claim, ARGV[5], ARGV[6], ARGV[7])
list(found, writes, 'h:' .. id, till, now)
if claim ~= '' then
  writes['c:' .. claim] = claim_text(id, ARGV[9], forgotten, '')
  list(found, writes, 'c:' .. claim, forgotten, now)
end
store(key, writes)
return answer('ok', gauge_texts(lines, records), shadowed)
