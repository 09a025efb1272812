-- KEYS: books, inbox. ARGV: now or '', most. Answers how many were lost, and whether that was all.
local now = clock(ARGV[1])
local found = fetch(KEYS[1], {'swept', 'last', 'layout'})
if refusal(found) then
  return refusal(found)
end
local lost, all = sweep(KEYS[1], KEYS[2], found, now, tonumber(ARGV[2]))
return {lost, all and 1 or 0}
