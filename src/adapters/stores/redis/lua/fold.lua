-- Settled requests, a batch of them, are added to the sums and become the newest receipts.
-- KEYS: inbox, receipts, order, then the sums of each period that the batch touches
-- ARGV: how many, the id of the first, receipts to keep, milliseconds to keep each of the sums
--
-- An entry is lines of text: id, state, what it adds (a list of {key, heading, numbers}), receipt.
local inbox, receipts, order = KEYS[1], KEYS[2], KEYS[3]

local function read_entry(text)
  local id, state, rows, receipt = text:match('^([^\n]*)\n([^\n]*)\n([^\n]*)\n(.*)$')
  return {id = id, state = state, rows = rows, receipt = receipt}
end

local function numbers_of(text)
  local numbers = {}
  for number in text:gmatch('%S+') do
    numbers[#numbers + 1] = tonumber(number)
  end
  return numbers
end

local function numbers_text(numbers)
  local texts = {}
  for place, number in ipairs(numbers) do
    texts[place] = fmt(number)
  end
  return table.concat(texts, ' ')
end

-- What is to be added, by key and heading. A request is booked in the periods of its arrival: what
-- is taken away was added under the same keys.
local sums = {}
for place = 4, #KEYS do
  sums[KEYS[place]] = {}
end

local function add(rows, sign)
  for _, row in ipairs(cjson.decode(rows)) do
    local period = sums[row[1]]
    local before, more = period[row[2]] or {}, numbers_of(row[3])
    for place, number in ipairs(more) do
      before[place] = (before[place] or 0) + sign * number
    end
    period[row[2]] = before
  end
end

local batch = redis.call('LRANGE', inbox, 0, tonumber(ARGV[1]) - 1)
if #batch == 0 or read_entry(batch[1]).id ~= ARGV[2] then
  return 0 -- somebody else did it
end
local ids, entries = {}, {}
for place, text in ipairs(batch) do
  entries[place] = read_entry(text)
  ids[place] = entries[place].id
end
local known, news, ended = fetch(receipts, ids), {}, {}
for place, entry in ipairs(entries) do
  local before = known[entry.id] and read_entry(known[entry.id])
  if not before or (before.state == 'lost' and entry.state ~= 'lost') then
    if before then
      add(before.rows, -1)
      redis.call('LREM', order, 1, entry.id)
      entry.state = 'corrected'
      for earlier, id in ipairs(ended) do
        if id == entry.id then
          table.remove(ended, earlier)
          break
        end
      end
    end
    add(entry.rows, 1)
    known[entry.id] = table.concat({entry.id, entry.state, entry.rows, entry.receipt}, '\n')
    news[entry.id] = known[entry.id]
    ended[#ended + 1] = entry.id
  end
end
for place = 4, #KEYS do
  local headings = {}
  for heading in pairs(sums[KEYS[place]]) do
    headings[#headings + 1] = heading
  end
  if #headings > 0 then
    local before, writes = fetch(KEYS[place], headings), {}
    for heading, more in pairs(sums[KEYS[place]]) do
      local numbers = numbers_of(before[heading] or '')
      for column, number in ipairs(more) do
        numbers[column] = (numbers[column] or 0) + number
      end
      writes[heading] = numbers_text(numbers)
    end
    store(KEYS[place], writes)
    redis.call('PEXPIRE', KEYS[place], ARGV[place])
  end
end
if #ended > 0 then
  store(receipts, news)
  local many = redis.call('RPUSH', order, unpack(ended))
  if many > tonumber(ARGV[3]) then
    drop(receipts, redis.call('LPOP', order, many - tonumber(ARGV[3])))
  end
end
redis.call('LTRIM', inbox, #batch, -1)
return #batch
