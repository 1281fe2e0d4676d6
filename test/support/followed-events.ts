import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from './eventually.js';
import type { TestServer } from './server.js';

const PAUSE_MS = 100;

/** Ids of events: those that a follower was told, and those on record after its first. */
export interface Told {
  heard: number[];
  recorded: number[];
}

/** Somebody who follows the stream of events. */
export interface Follower {
  /** Waits until all that the server has on record is heard. */
  until(server: TestServer): Promise<Told>;
  stop(): Promise<void>;
}

/**
 * Follows the stream of events as a browser does: when it breaks, it is taken up again after the last event.
 * @param url of the fleet's proxy
 */
export function followEvents(url: string, token: string): Follower {
  const heard: number[] = [];
  const stop = new AbortController();
  const following = follow(url, token, heard, stop.signal);
  const until = async (server: TestServer): Promise<Told> => {
    const first = await eventually(() => {
      if (heard[0] === undefined) throw new Error('no event was heard');
      return heard[0];
    });
    const recorded = await eventually(async () => {
      const ids = await replay(server, first);
      if (ids.length > heard.length) throw new Error(`${ids.length} on record, ${heard.length} heard`);
      return ids;
    }, 30_000);
    return { heard: heard.slice(0, recorded.length), recorded };
  };
  return {
    until,
    stop: () => {
      stop.abort();
      return following;
    },
  };
}

async function follow(url: string, token: string, heard: number[], signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    // It ends when the server dies, or the test is over.
    await listen(url, token, heard, signal).catch(() => undefined);
    await delay(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function listen(url: string, token: string, heard: number[], signal: AbortSignal): Promise<void> {
  const last = heard.at(-1);
  const headers = {
    authorization: `Bearer ${token}`,
    ...(last !== undefined && { 'last-event-id': String(last) }),
  };
  const { body } = await fetch(`${url}/api/events`, { headers, signal });
  let rest = '';
  for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    const ids = lines.filter((line) => line.startsWith('id: '));
    heard.push(...ids.map((line) => Number(line.slice(4))));
  }
}

/** Ids from `first` on, as the table has them. */
async function replay({ url, token }: TestServer, first: number): Promise<number[]> {
  const response = await fetch(`${url}/api/events?once=true`, {
    headers: { authorization: `Bearer ${token}`, 'last-event-id': String(first - 1) },
  });
  const text = await response.text();
  return [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
}
