import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PluginDto, PluginListDto } from '../../src/modules/plugins/plugin.dto.js';
import type { Answer, Client } from './http.js';
import { processesIn } from './plugin-world.js';
import type { TestServer } from './server.js';

export type { PluginDto, PluginListDto };

/** The answer to a change. */
export interface Changed {
  ok?: boolean;
  message: string;
  plugin: PluginDto;
  requiresRestart?: boolean;
}

/** An error as every failing route answers it. */
export interface Failed {
  status_code: number;
  error: { code: string; message: string; param: string };
  validationErrors?: { field: string; message: string }[];
}

/** What a hook call answers. */
export interface Hooked {
  result: unknown;
}

export const PLUGINS = '/api/plugins';

/** Path of a plugin, percent-encoded. */
export const at = (id: string, rest = ''): string => `${PLUGINS}/${encodeURIComponent(id)}${rest}`;

/** Source of a gateway plugin whose LLM hook answers `{answer, config}`. */
export const answering = (answer: string): string => `
let config;
export const getName = () => 'Answerer';
export const init = (given) => { config = given; };
export const preLLMHook = () => ({ answer: ${JSON.stringify(answer)}, config });
`;

/** What the plugin's LLM hook answers; fails where the hook does. */
export async function hook(api: Client, id: string, request: object = {}): Promise<unknown> {
  const { status, body } = await api.post<Hooked & Failed>(at(id, '/hooks/preLLMHook'), { request });
  if (status !== 200) throw new Error(`hook of ${id}: ${status} ${body.error.message}`);
  return body.result;
}

/** The plugin's code for "not there": status and code of a failed answer, for one assertion. */
export const failure = ({ status, body }: Answer): [number, string, string] => {
  const { error } = body as Failed;
  return [status, error.code, error.param];
};

/** Reads until `isSo`, each time the server announces something; the first answer for which it is. */
export async function until(
  server: TestServer,
  path: string,
  isSo: (answer: Answer<PluginDto>) => boolean,
): Promise<Answer<PluginDto>> {
  const stop = new AbortController();
  const api = server.client();
  const { body } = await fetch(`${server.url}/api/events`, {
    headers: { authorization: `Bearer ${server.token}` },
    signal: stop.signal,
  });
  if (!body) throw new Error('no stream of events');
  const reader = body.getReader();
  try {
    for (;;) {
      const answer = await api.get<PluginDto>(path);
      if (isSo(answer)) return answer;
      const { done } = await reader.read();
      if (done) throw new Error(`the events ended; last answer: ${answer.text}`);
    }
  } finally {
    stop.abort();
    await reader.cancel().catch(() => undefined);
  }
}

/** What the server's plugins have on this machine: data folders, records of processes, and those processes. */
export interface Traces {
  folders: string[];
  records: string[];
  processes: string[];
}

export async function traces({ dataDir }: TestServer): Promise<Traces> {
  const guests = join(dataDir, 'guests');
  const names = (existsSync(guests) ? await readdir(guests) : []).sort();
  return {
    folders: names.filter((name) => !name.endsWith('.pid')),
    records: names.filter((name) => name.endsWith('.pid')),
    processes: await processesIn(guests),
  };
}
