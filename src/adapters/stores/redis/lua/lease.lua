-- Who may do what only one may do: a field for each name, "token till", which outlives its holder.
-- KEYS: leases. ARGV: now or '', name, microseconds, or the token to give back
local before = redis.call('HGET', KEYS[1], ARGV[2])
local token, till = 0, 0
if before then
  token, till = before:match('^(%d+) (%d+)$')
  token, till = tonumber(token), tonumber(till)
end
if ARGV[4] then
  if tonumber(ARGV[4]) == token then
    redis.call('HSET', KEYS[1], ARGV[2], fmt(token) .. ' 0')
  end
  return 0
end
local now = clock(ARGV[1])
if till > now then
  return 0
end
redis.call('HSET', KEYS[1], ARGV[2], fmt(token + 1) .. ' ' .. fmt(now + tonumber(ARGV[3])))
return token + 1
