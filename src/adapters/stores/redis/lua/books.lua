-- The books are one hash, so that one command reads all that a request touches and one writes it:
--
--   g:<subject>  its gauges                      h:<id>      a hold
--   o:<second>   what ends in that second        c:<key>     a claim (Idempotency-Key)
--   swept, last  seconds: looked at up to here; the last one in which anything ends
--   rests        what instances learned, as JSON: {"handle model": "until since"}: a key that rests;
--                "~handle model": one that has nothing left; " provider/model": an open breaker
--   version      the catalogue's
--   layout       how all of this is written, where that is not as here, which is 1
--
-- A hold is lines of text: state, at, till; while it is open or lost, its lines and what it used;
-- while it is open, its claim, its subjects, itself, and what to book if it is lost. Once it is over
-- it stays for a while, so that whoever settles it again is known.

local REMEMBERED = 3600 * 1000000
local MOST = 4000 -- arguments of one command
local LAYOUT = 1

local function second_of(instant)
  return math.floor(instant / 1000000)
end

local function bucket(instant)
  return 'o:' .. fmt(second_of(instant))
end

-- The values of these fields, by their names.
local function fetch(key, names)
  local found = {}
  for first = 1, #names, MOST do
    local some = {unpack(names, first, math.min(first + MOST - 1, #names))}
    for number, value in ipairs(redis.call('HMGET', key, unpack(some))) do
      found[some[number]] = value or nil
    end
  end
  return found
end

-- What is answered instead of anything else where the books are a newer relay's: it alone knows what
-- must be written with what. `layout` is read with the rest, so that this costs nothing.
local function refusal(found)
  if not found.layout or (tonumber(found.layout) or LAYOUT + 1) <= LAYOUT then
    return nil
  end
  return {err = 'NEWER layout ' .. found.layout}
end

local function store(key, fields)
  local flat = {}
  for name, value in pairs(fields) do
    flat[#flat + 1] = name
    flat[#flat + 1] = value
  end
  for first = 1, #flat, MOST do
    redis.call('HSET', key, unpack(flat, first, math.min(first + MOST - 1, #flat)))
  end
end

local function drop(key, names)
  for first = 1, #names, MOST do
    redis.call('HDEL', key, unpack(names, first, math.min(first + MOST - 1, #names)))
  end
end

-- Lists a field in the bucket of its end, or in the first that is still to be looked at. `found` has
-- `swept`, `last` and the bucket as they are.
local function list(found, writes, name, instant, now)
  writes.swept = writes.swept or found.swept or fmt(second_of(now) - 1)
  local swept = tonumber(writes.swept)
  local second = math.max(second_of(instant), swept + 1)
  local place = 'o:' .. fmt(second)
  local before = writes[place] or found[place]
  writes[place] = before and before .. '\n' .. name or name
  writes.last = fmt(math.max(tonumber(writes.last or found.last or '0'), second))
end

local function read_hold(text)
  if not text then
    return nil
  end
  local state, at, till, rest = text:match('^(%a+)\n(%d+)\n(%d+)\n?(.*)$')
  local hold = {state = state, at = tonumber(at), till = tonumber(till)}
  if state ~= 'over' then
    local lines, used, more = rest:match('^([^\n]*)\n([^\n]*)\n?(.*)$')
    hold.lines, hold.used = cjson.decode(lines), cjson.decode(used)
    hold.lines_text, hold.used_text = lines, used
    hold.claim, hold.subjects, hold.itself, hold.entry =
      more:match('^([^\n]*)\n([^\n]*)\n([^\n]*)\n(.*)$')
  end
  return hold
end

local function hold_text(state, at, till, ...)
  return table.concat({state, fmt(at), fmt(till), ...}, '\n')
end

local function subject_fields(lines, records, names)
  for _, subject in ipairs(subjects_of(lines, records)) do
    names[#names + 1] = 'g:' .. subject
  end
  return names
end

local function take_records(lines, records, found)
  for _, subject in ipairs(subjects_of(lines, records)) do
    records[subject] = read_record(found['g:' .. subject])
  end
end

-- The records of all subjects of these lines, also of those not read yet.
local function all_records(key, lines, records)
  local names = subject_fields(lines, records, {})
  if #names > 0 then
    take_records(lines, records, fetch(key, names))
  end
end

local function write_records(writes, records)
  for subject, record in pairs(records) do
    if #record.order > 0 then
      writes['g:' .. subject] = record_text(record)
    end
  end
end

local function gauge_texts(lines, records)
  local texts = {}
  for number, line in ipairs(lines) do
    texts[number] = gauge_text(gauge_of(records, line))
  end
  return texts
end

local function till_of(span)
  return tonumber(span:match('^%d+'))
end

-- What was learned, `more` added: what lasts longest stands, what is over is dropped.
-- `more`: {name: {microseconds from now, microseconds ago}}
local function merged_rests(text, more, now)
  local rests, any = {}, false
  for name, span in pairs(cjson.decode(text or '{}')) do
    if till_of(span) > now then
      rests[name], any = span, true
    end
  end
  for name, times in pairs(cjson.decode(more)) do
    local till = now + times[1]
    if not rests[name] or till_of(rests[name]) < till then
      rests[name], any = fmt(till) .. ' ' .. fmt(now - times[2]), true
    end
  end
  return any and cjson.encode(rests) or '{}'
end

-- A claim: request, body, till, and what is kept of its answer. An empty one is free.
local function read_claim(text)
  if not text or text == '' then
    return nil
  end
  local id, body, till, rest = text:match('^([^\n]*)\n([^\n]*)\n(%d+)\n(.*)$')
  return {id = id, body = body, till = tonumber(till), rest = rest}
end

local function claim_text(id, body, till, rest)
  return table.concat({id, body, fmt(till), rest}, '\n')
end

-- Is the key another request's, and not forgotten yet?
local function taken(claim, id, now)
  return claim ~= nil and claim.id ~= id and claim.till > now
end
