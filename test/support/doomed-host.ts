/** A server process that does nothing but run one plugin in the folder given, until it is killed. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PluginRuntime } from '../../src/runtime/host/index.js';

const [, , folder = '', mode] = process.argv;
const root = join(folder, 'plugins');
await mkdir(root, { recursive: true });
const path = join(root, 'p.mjs');
const hook = `(c, r) => { fs.writeSync(1, 'called\\n'); while (r.loop); return 1; }`;
const deaf = `process.exit = process.reallyExit = () => {}; process.on('exit', () => { for (;;); }); setInterval(() => {}, 1e6);`;
await writeFile(
  path,
  `import fs from 'node:fs'; ${mode === 'deaf' ? deaf : ''} export const preLLMHook = ${hook};`,
);
const limits = {
  heapMb: 32,
  memoryMb: 256,
  startMs: 10_000,
  callMs: 60_000,
  stopMs: 500,
  heartbeatMs: 60_000,
};
const runtime = new PluginRuntime({ dataDir: folder, limits, environment: {}, uidBase: null });
const settings = { config: {}, env: {}, configured: true, secrets: [] };
await runtime.run({ pluginId: 'p', slot: 1, name: 'p', path, roots: [root], ...settings }, 1);
const call = runtime.callHook('p', 'preLLMHook', { request: { loop: mode === 'looping' } });
if (mode === 'looping') {
  void call.catch(() => undefined);
  while (!runtime.actual('p').logs.includes('called')) await new Promise(setImmediate);
} else await call;
process.stdout.write('up\n');
