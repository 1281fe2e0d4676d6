import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { inspectArtifact } from './artifact.js';
import { readableBy } from './readable.js';

describe('what a plugin may read', () => {
  let root: string;
  beforeEach(async () => (root = await realpath(await mkdtemp(join(tmpdir(), 'readable-')))));
  afterEach(() => rm(root, { recursive: true, force: true }));

  async function put(...files: string[]): Promise<void> {
    for (const file of files) {
      await mkdir(dirname(join(root, file)), { recursive: true });
      await writeFile(join(root, file), file.endsWith('.json') ? '{}' : '');
    }
  }

  async function granted(path: string, roots = [root]): Promise<string[]> {
    const found = await readableBy(await inspectArtifact(join(root, path), roots), roots);
    return found.map((granted) => granted.slice(root.length + 1)).sort();
  }

  it('a file in the root alone: nothing beside it', async () => {
    await put('a.js', 'b.js', 'package.json');
    expect(await granted('a.js')).toEqual(['a.js']);
  });

  it('a file in a folder of its own: what is beside it', async () => {
    await put('own/a.js', 'own/lib.js');
    expect(await granted('own/a.js')).toEqual(['own', 'own/a.js']);
  });

  it('a package whose dependencies lie beside it: their folder', async () => {
    await put(
      'x/node_modules/@s/p/package.json',
      'x/node_modules/@s/p/index.js',
      'x/node_modules/dep/index.js',
    );
    const found = await granted('x/node_modules/@s/p');
    expect(found).toContain('x/node_modules');
    expect(found).not.toContain('x');
  });

  it('a linked package (pnpm): the outer folder that all links lead into', async () => {
    const real = 'x/node_modules/.pnpm/p@1/node_modules/p';
    await put(`${real}/package.json`, `${real}/index.js`);
    await symlink(join(root, real), join(root, 'x/node_modules/p'));
    expect(await granted('x/node_modules/p')).toContain('x/node_modules');
  });

  it('never a node_modules outside of the roots', async () => {
    await put('node_modules/dep/index.js', 'inner/p/package.json', 'inner/p/index.js');
    const found = await granted('inner/p', [join(root, 'inner')]);
    expect(found).not.toContain('node_modules');
  });
});
