import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The newest line that runs on Node 20. */
const PACKAGE = 'node-red@4';
const CACHE = fileURLToPath(new URL('../../../.test-data/node-red', import.meta.url));

/** A Node-RED in a process of its own; installed at first use, into a folder that stays. */
export class NodeRed {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** @param folder an empty one, for its settings and flows */
  static async start(folder: string): Promise<NodeRed> {
    const port = await freePort();
    const settings = join(folder, 'settings.cjs');
    await writeFile(
      settings,
      `module.exports = { uiHost: '127.0.0.1', uiPort: ${port}, logging: { console: { level: 'info' } } };`,
    );
    const child = spawn(process.execPath, [await program(), '--userDir', folder, '--settings', settings], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let printed = '';
    for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
      printed += String(chunk);
      if (printed.includes('Started flows')) break;
    }
    child.stdout.resume();
    if (child.exitCode !== null) throw new Error(`Node-RED did not start:\n${printed}`);
    return new NodeRed(child, `http://127.0.0.1:${port}`);
  }

  async stop(): Promise<void> {
    const exited = once(this.child, 'exit');
    this.child.kill();
    await exited;
  }
}

/** The program's file, fetched by npm where it is not there yet. */
async function program(): Promise<string> {
  await mkdir(CACHE, { recursive: true });
  const file = join(CACHE, 'node_modules', 'node-red', 'red.js');
  const known = await access(file).then(
    () => true,
    () => false,
  );
  if (!known) {
    const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefix', CACHE];
    const npm = spawn('npm', ['install', ...options, PACKAGE], { stdio: ['ignore', 'ignore', 'inherit'] });
    const [code] = (await once(npm, 'close')) as [number | null];
    if (code !== 0) throw new Error(`npm install ${PACKAGE} failed`);
  }
  return file;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
