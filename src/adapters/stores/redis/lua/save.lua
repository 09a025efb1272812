-- Compare and set, of one saved record; and the whole catalogue, as it is after that.
-- KEYS: records, books. ARGV: id, what stands there ('': nothing), what shall stand there
--
-- The field `version` counts what was ever saved. It stands in the books too, where every settled
-- request sees it in the read that it makes anyway.
local set = 0
if (redis.call('HGET', KEYS[1], ARGV[1]) or '') == ARGV[2] then
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
  redis.call('HSET', KEYS[2], 'version', redis.call('HINCRBY', KEYS[1], 'version', 1))
  set = 1
end
return {set, redis.call('HGETALL', KEYS[1])}
