-- Holds past their end are settled at their last checkpoint; what was remembered long enough goes.

local BUCKETS, ENTRIES = 200000, 4000 -- looked at in one sweep: two days of silence

-- The fields that are listed from one second to another, and the last second that was looked at.
local function listed(key, first, upto)
  local names, fields = {}, {}
  for second = first, upto do
    names[#names + 1] = 'o:' .. fmt(second)
  end
  local found, buckets = fetch(key, names), {}
  for number, name in ipairs(names) do
    if found[name] then
      if #fields > ENTRIES then
        return fields, buckets, first + number - 2
      end
      buckets[#buckets + 1] = name
      for field in found[name]:gmatch('[^\n]+') do
        fields[#fields + 1] = field
      end
    end
  end
  return fields, buckets, upto
end

-- late: holds that are lost; later: what is to be looked at again; gone: what nobody needs
local function look(field, text, now, state)
  local claimed = field:sub(1, 2) == 'c:'
  local one = claimed and read_claim(text) or not claimed and read_hold(text) or nil
  if one and one.till > now then
    state.later[#state.later + 1] = {field, one.till}
  elseif one and one.state == 'open' then
    one.field = field
    state.late[#state.late + 1] = one
  else
    state.gone[#state.gone + 1] = field
  end
end

local function sorted(late)
  table.sort(late, function(one, other)
    if one.till ~= other.till then
      return one.till < other.till
    end
    return one.field < other.field
  end)
  return late
end

-- Charges what the last checkpoint said, gives the rest back, and frees the claim.
local function lose(key, hold, state, now)
  all_records(key, hold.lines, state.records)
  apply(hold.lines, state.records, function(line, gauge)
    return settled(line, gauge, counted(line, hold.used), now)
  end)
  local till = now + REMEMBERED
  state.writes[hold.field] = hold_text('lost', hold.at, till, hold.lines_text, hold.used_text)
  state.later[#state.later + 1] = {hold.field, till}
  state.entries[#state.entries + 1] = hold.entry
  if hold.claim ~= '' then
    local claim = read_claim(redis.call('HGET', key, 'c:' .. hold.claim))
    if claim and claim.id == hold.field:sub(3) then
      state.writes['c:' .. hold.claim] = ''
    end
  end
end

-- What is to be looked at again, each in the bucket of its end.
local function list_again(key, found, state, upto, now)
  local names, seen = {}, {}
  for _, one in ipairs(state.later) do
    local place = bucket(one[2])
    if not seen[place] and second_of(one[2]) > upto then
      seen[place], names[#names + 1] = true, place
    end
  end
  local buckets = #names > 0 and fetch(key, names) or {}
  buckets.last = found.last
  for _, one in ipairs(state.later) do
    list(buckets, state.writes, one[1], one[2], now)
  end
end

-- How many were lost, `most` at once; and whether nothing is left to do.
local function sweep(key, inbox, found, now, most)
  local current, last = second_of(now), tonumber(found.last or '0')
  local swept = tonumber(found.swept or last)
  local upto = math.min(current, swept + BUCKETS, last)
  if upto <= swept then
    return 0, true
  end
  local fields, buckets
  fields, buckets, upto = listed(key, swept + 1, upto)
  local state = {late = {}, later = {}, gone = {}, records = {}, writes = {}, entries = {}}
  local values, seen = fetch(key, fields), {}
  for _, field in ipairs(fields) do
    if values[field] and not seen[field] then
      seen[field] = true
      look(field, values[field], now, state)
    end
  end
  -- The second that runs may get more: it is looked at again.
  state.writes.swept = fmt(math.min(upto, current - 1))
  local lost = 0
  for number, hold in ipairs(sorted(state.late)) do
    if number > most then
      state.writes.swept = fmt(swept)
      state.later[#state.later + 1] = {hold.field, hold.till}
    else
      lost = lost + 1
      lose(key, hold, state, now)
    end
  end
  list_again(key, found, state, upto, now)
  write_records(state.writes, state.records)
  for _, name in ipairs(buckets) do
    state.gone[#state.gone + 1] = name
  end
  local gone = {}
  for _, name in ipairs(state.gone) do
    if not state.writes[name] then
      gone[#gone + 1] = name
    end
  end
  drop(key, gone)
  store(key, state.writes)
  if #state.entries > 0 then
    redis.call('RPUSH', inbox, unpack(state.entries))
  end
  return lost, lost < most and upto >= math.min(current, last)
end
