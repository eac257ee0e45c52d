/**
 * A stand-in for RAGFlow's task executors: writes their heartbeats to a real Redis, in the form of `report_status` in
 * https://github.com/infiniflow/ragflow/blob/main/rag/svr/task_executor.py. It begins with those of half an hour.
 *
 * Database 10 has two executors that are alive; 11 has one that is busy and some that are gone; 12 has one whose
 * heartbeats are something else.
 */
import { createServer } from 'node:net';
import { Redis } from 'ioredis';

const [port, redisPort] = process.argv.slice(2);
const BEAT_S = 30;
const KEPT_S = 30 * 60;
const now = () => Date.now() / 1000;
const bootAt = new Date((now() - 3600) * 1000);

interface Counters {
  readonly pending: number;
  readonly lag: number;
  readonly done: number;
  readonly failed: number;
}

/** As Python writes it: with a space after each colon and comma. */
function heartbeat(name: string, at: number, counters: Counters): string {
  const isoText = (date: Date) => date.toISOString().replace('Z', '+00:00');
  const beat = {
    ip_address: '127.0.0.1',
    pid: process.pid,
    name,
    now: isoText(new Date(at * 1000)),
    boot_at: isoText(bootAt),
    ...counters,
    current: {},
  };
  return JSON.stringify(beat).replace(/([:,])(?=["{\d])/g, '$1 ');
}

function countersAt(at: number, number: number): Counters {
  const beats = Math.floor((at - bootAt.getTime() / 1000) / BEAT_S);
  return { pending: beats % 4, lag: (beats + number) % 7, done: beats * (number + 2), failed: Math.floor(beats / 5) };
}

/** Of each executor, the last heartbeat that stays, and the one that makes room for the next. */
const written = new Map<string, { readonly keptAt: number; readonly last: string }>();

/** Comes every second, since tests may empty the database. What it leaves behind is every 30 seconds. */
async function beat(redis: Redis, name: string, at: number, text: string): Promise<void> {
  await redis.sadd('TASKEXE', name);
  const { keptAt, last } = written.get(name) ?? { keptAt: at, last: '' };
  const stays = at - keptAt >= BEAT_S;
  await redis.zadd(name, at, text);
  if (!stays && last !== text) await redis.zrem(name, last); // afterwards, so that there is always one
  await redis.zremrangebyscore(name, 0, at - KEPT_S);
  written.set(name, { keptAt: stays ? at : keptAt, last: text });
}

const open = (database: number) => new Redis({ port: Number(redisPort), db: database });
const [living, gone, garbled] = [open(10), open(11), open(12)];
const NAMES = ['task_executor_common_0', 'task_executor_common_1'];

async function beatAll(): Promise<void> {
  const at = now();
  for (const [number, name] of NAMES.entries())
    await beat(living, name, at, heartbeat(name, at, countersAt(at, number)));
  const busy = { pending: 60, lag: 120, done: 7, failed: 0 };
  await beat(gone, 'busy', at, heartbeat('busy', at, busy));
  await beat(gone, 'ahead', at + 3600, heartbeat('ahead', at + 3600, busy));
  await gone.sadd('TASKEXE', 'late', 'never');
  if ((await gone.zcard('late')) === 0) {
    const late = at - 29 * 60;
    await gone.zadd('late', late, heartbeat('late', late, busy));
  }
  await beat(garbled, 'garbled', at, '{"boot_at": 1, "done": "many"');
}

for (const [number, name] of NAMES.entries()) {
  for (let at = now() - KEPT_S + 1; at < now(); at += BEAT_S)
    await living.zadd(name, at, heartbeat(name, at, countersAt(at, number)));
}
await beatAll();
setInterval(() => {
  void beatAll().catch(() => undefined); // Redis may be stopped by a test
}, 1000);
createServer().listen(Number(port), '127.0.0.1');
