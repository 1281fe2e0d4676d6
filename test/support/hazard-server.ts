import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Answer, Client } from './http.js';
import { processesIn } from './plugin-world.js';
import { type ServerOptions, TestServer } from './server.js';

/** What the specs read of a plugin. */
export interface PluginView {
  id: string;
  enabled: boolean;
  isActive: boolean;
  loadError: string | null;
  path: string | null;
  status: { status: string; logs: string[]; types: string[] };
}

interface Failure {
  error: { code: string; message: string };
}

const NEIGHBOUR = `
export const getName = () => 'neighbour';
export const preLLMHook = (ctx, req) => ({ ...req, seen: true });
`;
/** Generous: a list is answered in a few milliseconds, and other specs run beside this one. */
const QUICK_MS = 2_000;

/** A real server with one healthy plugin, the neighbour, to which plugins that mean harm are added over HTTP. */
export class HazardServer {
  private constructor(
    readonly server: TestServer,
    readonly api: Client,
  ) {}

  static async open(options: ServerOptions = {}): Promise<HazardServer> {
    const limits = { GUEST_STOP_TIMEOUT: '500', GUEST_CALL_TIMEOUT: '3000', GUEST_START_TIMEOUT: '5000' };
    const env = { GUEST_SPARES: '1', ...limits, ...options.env };
    const server = await TestServer.start({ ...options, env });
    const world = new HazardServer(server, server.client());
    await world.create('neighbour', NEIGHBOUR);
    await world.enable('neighbour');
    return world;
  }

  async close(): Promise<void> {
    await this.server.stop();
  }

  /** Makes a disabled plugin of a source (`name.mjs` in the plugin folder), or of a file that is there. */
  async create(name: string, source: string, path?: string): Promise<Answer<Failure>> {
    const file = path ?? (await this.server.plugin(`${name}.mjs`, source));
    return this.api.post('/api/plugins', { name, path: file });
  }

  /** Asks for the plugin to run; how that ends is in the answer. */
  async enable(name: string, more: object = {}): Promise<Answer<Failure>> {
    return this.api.put<Failure>(`/api/plugins/${name}`, { enabled: true, ...more });
  }

  /** Creates a plugin, enables it, and answers what the server says to that. */
  async tryPlugin(name: string, source: string): Promise<Answer<Failure>> {
    await this.create(name, source);
    return this.enable(name);
  }

  async hook<T = unknown>(name: string, request: unknown = {}): Promise<Answer<T & Failure>> {
    return this.api.post<T & Failure>(`/api/plugins/${name}/hooks/preLLMHook`, { request });
  }

  async view(name: string): Promise<PluginView> {
    return (await this.api.get<PluginView>(`/api/plugins/${name}`)).body;
  }

  /** Reads the plugin again and again until it is as wanted. */
  async until(name: string, wanted: (view: PluginView) => boolean): Promise<PluginView> {
    for (;;) {
      const view = await this.view(name);
      if (wanted(view)) return view;
    }
  }

  /** Why the server or the neighbour is not as before; null when all is well. */
  async trouble(): Promise<string | null> {
    const started = performance.now();
    const list = await this.api.get('/api/plugins');
    const tookMs = performance.now() - started;
    if (list.status !== 200 || tookMs > QUICK_MS) return `the list: ${list.status} after ${tookMs} ms`;
    const answer = await this.hook<{ result?: { seen?: boolean } }>('neighbour', { model: 'm' });
    if (answer.body.result?.seen !== true) return `the neighbour: ${answer.text}`;
    return null;
  }

  /** Deletes a plugin and answers what of it is left: processes, data folders, records. */
  async remove(name: string): Promise<string[]> {
    const { status, text } = await this.api.delete(`/api/plugins/${name}`);
    if (status !== 200) return [`delete: ${text}`];
    const guests = join(this.server.dataDir, 'guests');
    const folders = (await readdir(guests)).filter((entry) => entry.startsWith(`${name}-`));
    const processes = await processesIn(join(guests, `${name}-`));
    const alive = new Set(await readdir('/proc').catch(() => []));
    const records = (await readdir(guests)).filter((entry) => entry.endsWith('.pid'));
    const stale = records.filter((record) => alive.size > 0 && !alive.has(record.replace('.pid', '')));
    return [...folders, ...processes, ...stale];
  }

  /** Command lines of the processes that work in this server's data folder. */
  async guests(): Promise<string[]> {
    const pids = await processesIn(join(this.server.dataDir, 'guests'));
    return Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  }
}
