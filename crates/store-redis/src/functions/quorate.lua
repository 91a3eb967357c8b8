#!lua name=quorate2

-- Quorate's functions, version 2. A later version gets names of its own, so that two builds can run side by side.
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

-- The journal's entries from an id on, condensed ones first, of one moment: condensing moves them.
local function entries_from(condensed, journal, from, most)
  local found = redis.call('XRANGE', condensed, from, '+', 'COUNT', most)
  if #found < most then
    for _, entry in ipairs(redis.call('XRANGE', journal, from, '+', 'COUNT', most - #found)) do
      found[#found + 1] = entry
    end
  end
  return found
end

-- KEYS: condensed, journal. ARGV: first record, most journal entries.
local function entries(keys, args)
  return entries_from(keys[1], keys[2], args[1] .. '-0', tonumber(args[2]))
end

-- KEYS: owner, journal, condensed, ids. ARGV: token, first record, last record, the condensed entry, ids to forget.
-- Puts one condensed entry in the place of the entries from the first record to the last. What comes before them in the
-- journal was condensed when it came (an import): it moves along. An entry that ends later stays.
local function condense(keys, args)
  if redis.call('HGET', keys[1], 'token') ~= args[1] then return { 'OWNER' } end
  local first = tonumber(args[2])
  local newest = redis.call('XREVRANGE', keys[3], '+', '-', 'COUNT', 1)[1]
  local condensed = newest and tonumber(string.match(newest[1], '^%d+')) or 0
  if condensed >= first then return { 'SEQ', text(condensed + 1) } end
  local before = text(first - 1) .. '-1'
  if condensed ~= first - 1 and #redis.call('XRANGE', keys[2], before, before) == 0 then return { 'SEQ', args[2] } end
  if #redis.call('XRANGE', keys[2], args[3] .. '-1', '+', 'COUNT', 1) == 0 then return { 'SEQ', args[3] } end
  for _, entry in ipairs(redis.call('XRANGE', keys[2], '-', '(' .. args[2] .. '-0')) do
    redis.call('XADD', keys[3], entry[1], 'r', entry[2][2])
  end
  local ids = {}
  for at = 5, #args do ids[#ids + 1] = args[at] end
  redis.call('XADD', keys[3], args[3] .. '-1', 'r', args[4])
  redis.call('XTRIM', keys[2], 'MINID', args[3] .. '-2')
  in_chunks('SREM', keys[4], ids)
  return { 'OK' }
end

-- KEYS: heads, snapshots, condensed, journal, cards. ARGV: account, '1' to start after the snapshot, most journal
-- entries. Head, snapshot, cards, the entries after it and the id of the journal's last one, of one moment.
local function load(keys, args)
  local head = redis.call('HGET', keys[1], args[1])
  if not head then return false end
  local snapshot, from = false, '-'
  if args[2] == '1' then
    snapshot = redis.call('HGET', keys[2], args[1])
    if snapshot and #snapshot >= HEADER_BYTES then from = text(number_at(snapshot, 5) + 1) .. '-0' end
  end
  local found = entries_from(keys[3], keys[4], from, tonumber(args[3]))
  local newest = redis.call('XREVRANGE', keys[4], '+', '-', 'COUNT', 1)[1]
  return { head, snapshot, redis.call('HGETALL', keys[5]), found, newest and newest[1] or '' }
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

redis.register_function{ function_name = 'quorate2_here', callback = function() return 1 end, flags = { 'no-writes' } }
redis.register_function('quorate2_claim', claim)
redis.register_function('quorate2_renew', renew)
redis.register_function('quorate2_release', release)
redis.register_function('quorate2_append', append)
redis.register_function('quorate2_condense', condense)
redis.register_function{ function_name = 'quorate2_entries', callback = entries, flags = { 'no-writes' } }
redis.register_function{ function_name = 'quorate2_load', callback = load, flags = { 'no-writes' } }
redis.register_function('quorate2_save', save)
