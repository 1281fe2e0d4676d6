import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { summarize } from '../stats.js';
import { pin, processorTime } from './cores.js';
import type { Answer } from './http-client.js';
import { load, type Load } from './load.js';
import type { RawAnswer } from './raw-server.js';

const PROGRAM = fileURLToPath(new URL('./raw-server.js', import.meta.url));
/** What Node itself adds to every answer. */
const ADDED = new Set(['date', 'connection', 'keep-alive']);

/** A server under load. */
export interface Target {
  pid: number;
  url: string;
}

export const COMPARISON = [
  'ours/s',
  'bare/s',
  'ratio',
  'ours µs',
  'bare µs',
  'CPU ratio',
  'p99 ms',
  'bare p99',
  'busy %',
  'bare busy',
];

/** Runs `work` beside a bare node:http server that gives `answers`, that of number n at `/n`. */
export async function withBare(answers: RawAnswer[], work: (bare: Target) => Promise<void>): Promise<void> {
  const child = fork(PROGRAM);
  const exited = once(child, 'exit');
  try {
    child.send(answers);
    const [port] = (await once(child, 'message')) as [number];
    await work({ pid: child.pid ?? 0, url: `http://127.0.0.1:${port}` });
  } finally {
    child.kill();
    await exited;
  }
}

/** Servers on core 0, this process and so the load on core 1. @returns a remark for below the table */
export function pinned(...servers: Target[]): string {
  const done = [pin(process.pid, 1), ...servers.map(({ pid }) => pin(pid, 0))].every(Boolean);
  return done ? 'Servers on core 0, load on core 1.' : 'Not bound to cores: there is no taskset.';
}

/** An answer as the bare server is to give it. */
export function bareAnswer({ status, rawHeaders, body }: Answer): RawAnswer {
  const headers = rawHeaders.filter((_, i) => !ADDED.has((rawHeaders[i - (i % 2)] ?? '').toLowerCase()));
  return { status, headers, body: body.toString('base64') };
}

/**
 * Answers a second of ours and of the bare server, and the median of their ratios: a ratio is of two neighbouring
 * rounds, so that what else the machine does meanwhile falls on both. Then the same for processor time.
 * @returns a figure for each heading of COMPARISON
 */
export async function compare(
  ours: Target & Omit<Load, 'url'>,
  bare: Target & Omit<Load, 'url'>,
  count: number,
): Promise<number[]> {
  const rounds: [own: Rate, raw: Rate][] = [];
  for (let round = -1; round < count; round++) {
    const own = await rate(ours);
    const raw = await rate(bare);
    if (round >= 0) rounds.push([own, raw]);
  }
  const median = (pick: (own: Rate, raw: Rate) => number): number =>
    summarize(rounds.map(([own, raw]) => pick(own, raw))).p50;
  return [
    median((own) => own.perSecond),
    median((_, raw) => raw.perSecond),
    median((own, raw) => own.perSecond / raw.perSecond),
    median((own) => own.microseconds),
    median((_, raw) => raw.microseconds),
    median((own, raw) => raw.microseconds / own.microseconds),
    median((own) => own.p99),
    median((_, raw) => raw.p99),
    median((own) => own.busy),
    median((_, raw) => raw.busy),
  ];
}

interface Rate {
  perSecond: number;
  /** Processor time of the process, an answer. */
  microseconds: number;
  /** How much of its core the process had, in percent: a rate is the server's own only near 100. */
  busy: number;
  /** Of the time from a request to the end of its answer, in milliseconds. */
  p99: number;
}

async function rate({ pid, ...asked }: Target & Load): Promise<Rate> {
  const before = await processorTime(pid);
  const { perSecond, latencies, answers } = await load(asked);
  const microseconds = ((await processorTime(pid)) - before) / answers;
  const busy = (microseconds * perSecond) / 10_000;
  return { perSecond, microseconds, busy, p99: summarize(latencies).p99 };
}
