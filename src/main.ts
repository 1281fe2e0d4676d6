import { mkdirSync, statSync } from 'node:fs';
import module from 'node:module';
import { join } from 'node:path';
import { givenDataDir } from './config.js';
import { ignoreInspectorSignal } from './platform/no-inspector.js';

/** Node has it from 22.8 on. */
const { enableCompileCache } = module as { enableCompileCache?: (folder: string) => unknown };

ignoreInspectorSignal();
if (enableCompileCache) keepCompiled(enableCompileCache, givenDataDir());
// Imported late: its code is compiled with the cache, and no signal can come before the line above.
await import('./start.js');

/**
 * Has Node keep the compiled code of the server, which spares a tenth of a start. Only the server may write there: who
 * can write a cache runs code in whatever reads it. Before the first start there is no data folder, and `start` decides
 * where it is made.
 */
function keepCompiled(enable: (folder: string) => unknown, dataDir: string): void {
  if (!statSync(dataDir, { throwIfNoEntry: false })?.isDirectory()) return;
  const folder = join(dataDir, 'compile-cache');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    enable(folder);
  } catch {
    // A folder that cannot be written is reported by the start itself.
  }
}
