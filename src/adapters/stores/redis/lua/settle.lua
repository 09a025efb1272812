-- KEYS: books, inbox; for what comes late, receipts and what came late on its day
-- ARGV: now or '', id, microseconds since it was admitted, lines, used, entry, news of rests,
--       claim key, claim body, claim lasts, what the claim keeps, or '' to free it; 'denied' or ''
local key, id, claim = KEYS[1], ARGV[2], ARGV[8]
local lines, used, records, writes = cjson.decode(ARGV[4]), cjson.decode(ARGV[5]), {}, {}
local now = (ARGV[1] ~= '' or ARGV[7] ~= '{}') and clock(ARGV[1]) or nil
local names = {'swept', 'last', 'rests', 'version', 'layout', 'h:' .. id}
if claim ~= '' then
  names[#names + 1] = 'c:' .. claim
end
local found = fetch(key, subject_fields(lines, {}, names))
if refusal(found) then
  return refusal(found)
end
local hold = read_hold(found['h:' .. id])

local function answer(kind, waiting, kept)
  return {kind, fmt(now or 0), found.rests or '{}', found.version or '0', waiting, kept}
end

local LATE_KEPT = 47 * 86400 -- seconds, as in bookkeeping.py

-- What comes late may be told again when the books have forgotten its hold, and its receipt.
local function came_before()
  if not KEYS[3] then
    return false
  end
  if redis.call('SISMEMBER', KEYS[4], id) == 1 then
    return true
  end
  local receipt = redis.call('HGET', KEYS[3], id)
  return receipt and receipt:match('^[^\n]*\n([^\n]*)') ~= 'lost'
end

local function note_late()
  if KEYS[4] then
    redis.call('SADD', KEYS[4], id)
    redis.call('EXPIRE', KEYS[4], LATE_KEPT)
  end
end

-- By whom it was never admitted: the store was away, or nothing is limited. Who was turned away took
-- nothing.
local function charge()
  local inside = {}
  for _, line in ipairs(ARGV[12] == '' and lines or {}) do
    if in_window(line, now) then
      inside[#inside + 1] = line
    end
  end
  apply(inside, records, function(line, gauge)
    return charged(line, gauge, counted(line, used), now)
  end)
  if #lines > 0 or claim ~= '' then
    local place = bucket(now + REMEMBERED)
    found[place] = fetch(key, {place})[place]
    list(found, writes, 'h:' .. id, now + REMEMBERED, now)
  end
end

-- A request that succeeded keeps its key, or takes it where a sweep had freed it. Is it its own?
local function end_claim()
  local before = read_claim(found['c:' .. claim])
  if ARGV[11] == '' then
    if before and before.id == id then
      writes['c:' .. claim] = ''
    end
  elseif before and before.id == id then
    writes['c:' .. claim] = claim_text(id, ARGV[9], before.till, ARGV[11])
    return 1
  elseif not taken(before, id, now) then
    local till = now + tonumber(ARGV[10])
    local place = bucket(till)
    found[place] = found[place] or fetch(key, {place})[place]
    writes['c:' .. claim] = claim_text(id, ARGV[9], till, ARGV[11])
    list(found, writes, 'c:' .. claim, till, now)
    return 1
  end
  return 0
end

if (hold and hold.state == 'over') or came_before() then
  note_late()
  -- The script was run, and what was to follow it may not have been.
  local before = claim ~= '' and ARGV[11] ~= '' and read_claim(found['c:' .. claim]) or nil
  return answer('again', 0, before and before.id == id and 1 or 0)
end
now = now or (hold and hold.at + tonumber(ARGV[3])) or clock('')
take_records(lines, records, found)
if hold then
  all_records(key, hold.lines, records)
  apply(hold.lines, records, function(line, gauge)
    if hold.state == 'open' then
      return settled(line, gauge, counted(line, used), now)
    end
    return corrected(line, gauge, counted(line, used) - counted(line, hold.used), now)
  end)
else
  charge()
end
write_records(writes, records)
if hold or #lines > 0 or claim ~= '' then
  writes['h:' .. id] = hold_text('over', hold and hold.at or now, now + REMEMBERED)
end
local kept = claim ~= '' and end_claim() or 0
if ARGV[7] ~= '{}' then
  found.rests = merged_rests(found.rests, ARGV[7], now)
  writes.rests = found.rests
end
store(key, writes)
note_late()
return answer('ok', redis.call('RPUSH', KEYS[2], ARGV[6]), kept)
