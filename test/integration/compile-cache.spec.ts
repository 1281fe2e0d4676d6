import { readdir, stat } from 'node:fs/promises';
import module from 'node:module';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { TestServer } from '../support/server.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const itWhereNodeHasIt = 'enableCompileCache' in module ? it : it.skip;

itWhereNodeHasIt('keeps the compiled server where only the server may read and write', async () => {
  const folder = await temporaryFolder();
  for (let start = 0; start < 2; start++) {
    const server = await TestServer.start({ dataDir: folder.path });
    expect(await server.stop()).toBe(0);
    const cache = join(folder.path, 'compile-cache');
    expect((await stat(cache)).mode & 0o777).toBe(0o700);
    expect(await readdir(cache)).toHaveLength(1);
  }
  await folder.remove();
});
