-- Receipts of another store, the newest first: older than all that are here.
-- KEYS: receipts, order. ARGV: '1' to replace, then id, entry (lua/fold.lua), ...
local written = 0
for place = 2, #ARGV, 2 do
  if redis.call('HSETNX', KEYS[1], ARGV[place], ARGV[place + 1]) == 1 then
    redis.call('LPUSH', KEYS[2], ARGV[place])
    written = written + 1
  elseif ARGV[1] == '1' then
    redis.call('HSET', KEYS[1], ARGV[place], ARGV[place + 1])
    written = written + 1
  end
end
return written
