-- KEYS: books. ARGV: now or '', id, lasts, used, lost entry. Answers 0 for what is not open.
local key, field = KEYS[1], 'h:' .. ARGV[2]
local now = clock(ARGV[1])
local lasts = now + tonumber(ARGV[3])
local found = fetch(key, {'swept', 'last', 'layout', field, bucket(lasts)})
if refusal(found) then
  return refusal(found)
end
local hold = read_hold(found[field])
if not hold or hold.state ~= 'open' then
  return 0
end
local writes, till = {}, math.max(hold.till, lasts)
writes[field] = hold_text('open', hold.at, till, hold.lines_text, ARGV[4], hold.claim,
  hold.subjects, hold.itself, ARGV[5])
if till ~= hold.till then
  list(found, writes, field, till, now)
end
store(key, writes)
return 1
