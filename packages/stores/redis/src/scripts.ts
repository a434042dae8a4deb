/** A Lua script as Redis runs it: whole, with nothing of another client in between. All keys share the prefix in KEYS[1]. */
export type ScriptName = keyof typeof scripts

/** Ids of the chunks that meet all conditions, as a table and their number; nil where there are no conditions. */
const matching = `
local p = KEYS[1]
local function idsOf(condition)
  if condition.range == 'number' then
    return redis.call('ZRANGEBYSCORE', p .. condition.key, condition.min, condition.max)
  elseif condition.range == 'text' then
    local ids = redis.call('ZRANGEBYLEX', p .. condition.key, condition.min, condition.max)
    for i, member in ipairs(ids) do ids[i] = string.match(member, '%z(%d+)$') end
    return ids
  end
  local ids = {}
  for _, key in ipairs(condition.anyOf) do
    for _, id in ipairs(redis.call('SMEMBERS', p .. key)) do ids[#ids + 1] = id end
  end
  return ids
end
local function matching(conditions)
  local allowed, count
  for _, condition in ipairs(conditions) do
    local met = {}
    count = 0
    for _, id in ipairs(idsOf(condition)) do
      if not met[id] and (not allowed or allowed[id]) then
        met[id] = true
        count = count + 1
      end
    end
    allowed = met
  end
  return allowed, count
end
`

/** ARGV: conditions, the most ids to send. Gives the version, how many there are, and the ids where they are no more than that. */
const filter = `${matching}
local allowed, count = matching(cjson.decode(ARGV[1]))
local reply = { redis.call('HGET', p .. 'meta', 'version') or '0', count }
if count <= tonumber(ARGV[2]) then
  for id in pairs(allowed) do reply[#reply + 1] = id end
end
return reply
`

/** Takes a document out: its chunks, their words and whatever points to them. */
const forget = `
local p = KEYS[1]
local quantisations = redis.call('SMEMBERS', p .. 'vsets')
local function forget(docId)
  local row = redis.call('HMGET', p .. 'd:' .. docId, 'chunks', 'points')
  if not row[1] then return false end
  local points = cjson.decode(row[2])
  for id in string.gmatch(row[1], '%d+') do
    local chunk = redis.call('HMGET', p .. 'x:' .. id, 'hash', 'terms', 'length')
    for word in string.gmatch(chunk[2], '%S+') do redis.call('HDEL', p .. 'w:' .. word, id) end
    redis.call('HINCRBY', p .. 'meta', 'tokens', -tonumber(chunk[3]))
    redis.call('SREM', p .. 'h:' .. chunk[1], id)
    redis.call('ZREM', p .. 'chunks', id)
    for _, key in ipairs(points.sets) do redis.call('SREM', p .. key, id) end
    for _, number in ipairs(points.numbers) do redis.call('ZREM', p .. number[1], id) end
    for _, text in ipairs(points.texts) do redis.call('ZREM', p .. text[1], text[2] .. '\\0' .. id) end
    for _, each in ipairs(quantisations) do redis.call('VREM', p .. 'v:' .. each, id) end
    redis.call('DEL', p .. 'x:' .. id)
    redis.call('HINCRBY', p .. 'meta', 'removed', 1)
  end
  redis.call('DEL', p .. 'd:' .. docId)
  redis.call('SREM', p .. 'docs', docId)
  return true
end
`

/** ARGV: ids of documents. Gives how many there were. */
const remove = `${forget}
local count = 0
for _, docId in ipairs(ARGV) do
  if forget(docId) then count = count + 1 end
end
if count > 0 then redis.call('HINCRBY', p .. 'meta', 'version', 1) end
return count
`

/** ARGV: the documents as JSON, then the vectors of all chunks in order. */
const upsert = `${forget}
-- first of all what a full server refuses: once a script has written, also by deleting, Redis lets it go on
redis.call('HINCRBY', p .. 'meta', 'version', 1)
local at = 2
for _, doc in ipairs(cjson.decode(ARGV[1])) do
  forget(doc.id)
  local ids = {}
  for _, chunk in ipairs(doc.chunks) do
    local id = string.format('%.0f', redis.call('HINCRBY', p .. 'meta', 'lastChunk', 1))
    ids[#ids + 1] = id
    for i, word in ipairs(chunk.words) do
      redis.call('HSET', p .. 'w:' .. word, id, string.format('%.0f', chunk.counts[i] * 65536 + math.min(chunk.length, 65535)))
    end
    redis.call('HSET', p .. 'x:' .. id, 'doc', doc.id, 'title', doc.title, 'text', chunk.text, 'hash', chunk.hash,
      'tags', doc.tags, 'vector', ARGV[at], 'terms', table.concat(chunk.words, ' '), 'length', chunk.length)
    redis.call('HINCRBY', p .. 'meta', 'tokens', chunk.length)
    redis.call('SADD', p .. 'h:' .. chunk.hash, id)
    redis.call('ZADD', p .. 'chunks', id, id)
    for _, key in ipairs(doc.points.sets) do redis.call('SADD', p .. key, id) end
    for _, number in ipairs(doc.points.numbers) do redis.call('ZADD', p .. number[1], number[2], id) end
    for _, text in ipairs(doc.points.texts) do redis.call('ZADD', p .. text[1], 0, text[2] .. '\\0' .. id) end
    for _, each in ipairs(quantisations) do
      redis.call('VADD', p .. 'v:' .. each, 'FP32', ARGV[at], id, each, 'SETATTR', doc.attributes)
    end
    at = at + 1
  end
  redis.call('HSET', p .. 'd:' .. doc.id, 'hash', doc.hash, 'chunks', table.concat(ids, ' '),
    'points', cjson.encode(doc.points), 'attributes', doc.attributes)
  redis.call('SADD', p .. 'docs', doc.id)
end
return redis.status_reply('OK')
`

/** ARGV: a quantisation, then chunk ids. Puts what is there of them into the vector set. */
const fill = `
local p = KEYS[1]
for i = 2, #ARGV do
  local chunk = redis.call('HMGET', p .. 'x:' .. ARGV[i], 'vector', 'doc')
  if chunk[1] then
    local attributes = redis.call('HGET', p .. 'd:' .. chunk[2], 'attributes')
    redis.call('VADD', p .. 'v:' .. ARGV[1], 'FP32', chunk[1], ARGV[i], ARGV[1], 'SETATTR', attributes)
  end
end
return redis.status_reply('OK')
`

/**
 * ARGV: the last chunk known, the count of removals known. Gives version, removals, the chunks after that one with their vectors in turn, and
 * all ids where something was removed.
 */
const changes = `
local p = KEYS[1]
local state = redis.call('HMGET', p .. 'meta', 'version', 'removed')
local removed = state[2] or '0'
local rows = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', p .. 'chunks', '(' .. ARGV[1], '+inf')) do
  rows[#rows + 1] = id
  rows[#rows + 1] = redis.call('HGET', p .. 'x:' .. id, 'vector')
end
return { state[1] or '0', removed, rows, removed ~= ARGV[2] and redis.call('ZRANGE', p .. 'chunks', 0, -1) }
`

/**
 * ARGV: words, limit, the largest share of chunks a word may be in, conditions. Gives ids and scores in turn, best first, ties by the
 * smaller id. BM25 with k1 1.2 and b 0.75 (Robertson and Zaragoza 2009) and the idf that is never negative, ln(1 + (N - n + 0.5) / (n + 0.5)).
 */
const words = `${matching}
local k1, b = 1.2, 0.75
local limit, share = tonumber(ARGV[2]), tonumber(ARGV[3])
local chunks = redis.call('ZCARD', p .. 'chunks')
local average = tonumber(redis.call('HGET', p .. 'meta', 'tokens') or '0') / chunks
local asked, rare = cjson.decode(ARGV[1]), {}
for _, word in ipairs(asked) do
  if redis.call('HLEN', p .. 'w:' .. word) <= share * chunks then rare[#rare + 1] = word end
end
if #rare > 0 then asked = rare end
local allowed = matching(cjson.decode(ARGV[4]))
local scores = {}
for _, word in ipairs(asked) do
  local postings = redis.call('HGETALL', p .. 'w:' .. word)
  local count = #postings / 2
  local idf = math.log(1 + (chunks - count + 0.5) / (count + 0.5))
  for i = 1, #postings, 2 do
    local id = postings[i]
    if not allowed or allowed[id] then
      local packed = tonumber(postings[i + 1])
      local length = packed % 65536
      local times = (packed - length) / 65536
      scores[id] = (scores[id] or 0) + idf * times * (k1 + 1) / (times + k1 * (1 - b + b * length / average))
    end
  end
end
local best = {}
for id, score in pairs(scores) do
  local hit = { tonumber(id), score }
  local i = #best
  while i > 0 and (best[i][2] < score or (best[i][2] == score and best[i][1] > hit[1])) do
    if i < limit then best[i + 1] = best[i] end
    i = i - 1
  end
  if i < limit then best[i + 1] = hit end
end
local reply = {}
for _, hit in ipairs(best) do
  reply[#reply + 1] = string.format('%.0f', hit[1])
  reply[#reply + 1] = string.format('%.17g', hit[2])
end
return reply
`

export const scripts = { filter, remove, upsert, fill, changes, words }
