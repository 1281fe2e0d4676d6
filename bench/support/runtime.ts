import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { guestEnvironment } from '../../src/config.js';
import { type GuestSpec, type Limits, PluginRuntime } from '../../src/runtime/host/index.js';
import { temporaryFolder } from '../../test/support/temporary-folder.js';
import { SMALL_PLUGIN, smallWasm } from './plugins.js';

export type Format = 'javascript' | 'wasm' | 'package';

/** Files that the package has beside its own two, in folders of ten. */
const FILES = 1_000;

/** As the server has them by default. */
export const LIMITS: Limits = {
  heapMb: 128,
  memoryMb: 512,
  startMs: 15_000,
  callMs: 10_000,
  stopMs: 3_000,
  heartbeatMs: 5_000,
};

/** The runtime in this process, without server and database, with a small plugin of each format, and one in a package of many files. */
export class BenchRuntime {
  private constructor(
    readonly runtime: PluginRuntime,
    private readonly root: string,
    private readonly paths: Record<Format, string>,
  ) {}

  /** @param spares processes that wait for plugins */
  static async use(work: (bench: BenchRuntime) => Promise<void>, spares = 0): Promise<void> {
    const folder = await temporaryFolder();
    const [root, dataDir] = [join(folder.path, 'plugins'), join(folder.path, 'data')];
    const paths = {
      javascript: join(root, 'small.mjs'),
      wasm: join(root, 'wasm', 'small.wasm'),
      package: join(root, 'package'),
    };
    await mkdir(dataDir);
    await mkdir(dirname(paths.wasm), { recursive: true });
    await writeFile(paths.javascript, SMALL_PLUGIN);
    await copyFile(smallWasm(), paths.wasm);
    await writePackage(paths.package);
    const uidBase = process.getuid?.() === 0 ? 50_000 : null;
    const runtime = new PluginRuntime({
      dataDir,
      limits: LIMITS,
      environment: guestEnvironment(),
      uidBase,
      spares: { most: spares, keepMs: 60_000 },
    });
    try {
      await work(new BenchRuntime(runtime, root, paths));
    } finally {
      await runtime.stopAll();
      await folder.remove();
    }
  }

  /** Starts the small plugin of a format, whose id is the format's name. */
  async start(format: Format): Promise<void> {
    const candidate = await this.runtime.prepare(this.spec(format));
    await candidate.adopt(1);
  }

  stop(format: Format): Promise<void> {
    return this.runtime.disable(format, { slot: slotOf(format), revision: 1 });
  }

  private spec(format: Format): GuestSpec {
    const settings = { config: {}, env: {}, configured: true, secrets: [] };
    const slot = slotOf(format);
    return {
      pluginId: format,
      slot,
      name: format,
      path: this.paths[format],
      roots: [this.root],
      ...settings,
    };
  }
}

const slotOf = (format: Format): number => ['javascript', 'wasm', 'package'].indexOf(format) + 1;

async function writePackage(folder: string): Promise<void> {
  await mkdir(folder);
  await writeFile(join(folder, 'package.json'), '{"main":"index.mjs"}');
  await writeFile(join(folder, 'index.mjs'), SMALL_PLUGIN);
  for (let file = 0; file < FILES; file++) {
    const part = join(folder, `part-${Math.floor(file / 10)}`);
    await mkdir(part, { recursive: true });
    await writeFile(join(part, `${file}.mjs`), '');
  }
}
