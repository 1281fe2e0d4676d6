import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { guestEnvironment } from '../../src/config.js';
import { FENCE_FLAGS } from '../../src/runtime/host/launch.js';

/** Starts Node with an empty program behind the flags that a plugin's process gets, and waits for its end. */
export async function emptyNode(heapFlag: boolean): Promise<void> {
  const flags = [...FENCE_FLAGS, '--allow-fs-read=/nowhere', '--v8-pool-size=1', '--no-warnings'];
  const heap = heapFlag ? ['--max-old-space-size=64'] : [];
  const child = spawn(process.execPath, [...flags, ...heap, '-e', '0'], {
    env: guestEnvironment(),
    stdio: 'ignore',
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`an empty Node ended with code ${code}`);
}
