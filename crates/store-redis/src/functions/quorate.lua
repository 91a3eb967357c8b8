#!lua name=quorate1

-- Quorate's functions, version 1. A later version gets names of its own, so that two builds can run side by side.
-- All keys of a call share one hash tag. Numbers travel as text: they stay exact up to 2^53.

-- A stored value begins "QR", kind, form, sequence (8 bytes, most significant first); see the store's envelope.
local HEADER_BYTES = 12

local function number_at(bytes, at)
  local high, low = struct.unpack('>I4I4', bytes, at)
  return high * 4294967296 + low
end

local function text(number)
  return string.format('%.0f', number)
end

local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- Calls a command with a long list of arguments, some at a time: Lua's stack is short.
local function in_chunks(command, key, list)
  for from = 1, #list, 1000 do
    redis.call(command, key, unpack(list, from, math.min(from + 999, #list)))
  end
end

-- KEYS: owner. ARGV: token, epoch, node, lease in ms. Takes a partition unless another node's lease still runs.
local function claim(keys, args)
  local held = redis.call('HMGET', keys[1], 'token', 'epoch', 'node', 'until')
  local left = tonumber(held[4] or '0') - now_ms()
  if held[3] and held[3] ~= args[3] and left > 0 then
    return { 'HELD', held[3], text(left) }
  end
  if tonumber(held[2] or '0') >= tonumber(args[2]) and held[1] ~= args[1] then
    return { 'EPOCH', held[2] }
  end
  redis.call('HSET', keys[1], 'token', args[1], 'epoch', args[2], 'node', args[3], 'until',
    text(now_ms() + tonumber(args[4])))
  return { 'OK' }
end

-- KEYS: owner. ARGV: token, lease in ms. Makes the lease longer; 0: another owner took over.
local function renew(keys, args)
  if redis.call('HGET', keys[1], 'token') ~= args[1] then return 0 end
  redis.call('HSET', keys[1], 'until', text(now_ms() + tonumber(args[2])))
  return 1
end

-- KEYS: owner. ARGV: token. Ends the lease and the token with it.
local function release(keys, args)
  if redis.call('HGET', keys[1], 'token') == args[1] then
    redis.call('HSET', keys[1], 'token', '', 'until', '0')
  end
  return 1
end

-- KEYS: owner, heads, journal, ids, cards, notices. ARGV: token, account, expected record, expected notice, new head,
-- place of the journal entry or '', the entry, count of ids, ids, count of cards, number and card of each, notices.
-- Writes all of it or nothing.
local function append(keys, args)
  local token, account = args[1], args[2]
  if redis.call('HGET', keys[1], 'token') ~= token then return { 'OWNER' } end
  local head = redis.call('HGET', keys[2], account)
  local seq, notice = 0, 0
  if head then
    if #head < HEADER_BYTES + 8 or string.sub(head, 1, 3) ~= 'QR\3' then return { 'HEAD' } end
    seq, notice = number_at(head, 5), number_at(head, HEADER_BYTES + 1)
  end
  if text(seq) ~= args[3] then return { 'SEQ', text(seq), text(notice) } end

  local ids = {}
  local at = 9
  for place = 1, tonumber(args[8]) do
    local id = args[at]
    if ids[id] or redis.call('SISMEMBER', keys[4], id) == 1 then return { 'DUPLICATE', text(place - 1) } end
    ids[id] = true
    ids[#ids + 1] = id
    at = at + 1
  end
  if text(notice) ~= args[4] then return { 'NOTICE', text(seq), text(notice) } end

  if args[6] ~= '' then redis.call('XADD', keys[3], args[6] .. '-1', 'r', args[7]) end
  in_chunks('SADD', keys[4], ids)
  local cards = tonumber(args[at])
  at = at + 1
  for _ = 1, cards do
    redis.call('HSET', keys[5], args[at], args[at + 1])
    at = at + 2
  end
  for place = at, #args do
    notice = notice + 1
    redis.call('XADD', keys[6], text(notice) .. '-1', 'n', args[place])
  end
  redis.call('HSET', keys[2], account, args[5])
  return { 'OK' }
end

-- KEYS: heads, snapshots, journal, cards. ARGV: account, '1' to start after the snapshot, most journal entries.
-- Head, snapshot, cards and the entries after it, of one moment.
local function load(keys, args)
  local head = redis.call('HGET', keys[1], args[1])
  if not head then return false end
  local snapshot, from = false, '-'
  if args[2] == '1' then
    snapshot = redis.call('HGET', keys[2], args[1])
    if snapshot and #snapshot >= HEADER_BYTES then from = text(number_at(snapshot, 5) + 1) .. '-0' end
  end
  local entries = redis.call('XRANGE', keys[3], from, '+', 'COUNT', args[3])
  return { head, snapshot, redis.call('HGETALL', keys[4]), entries }
end

-- KEYS: heads, snapshots. ARGV: account, its last record, the snapshot. Refuses one that is ahead of the journal.
local function save(keys, args)
  local head = redis.call('HGET', keys[1], args[1])
  local seq = 0
  if head and #head >= HEADER_BYTES then seq = number_at(head, 5) end
  if tonumber(args[2]) > seq then return { 'SEQ', text(seq) } end
  redis.call('HSET', keys[2], args[1], args[3])
  return { 'OK' }
end

redis.register_function{ function_name = 'quorate1_here', callback = function() return 1 end, flags = { 'no-writes' } }
redis.register_function('quorate1_claim', claim)
redis.register_function('quorate1_renew', renew)
redis.register_function('quorate1_release', release)
redis.register_function('quorate1_append', append)
redis.register_function{ function_name = 'quorate1_load', callback = load, flags = { 'no-writes' } }
redis.register_function('quorate1_save', save)
