import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { copyProgram, reachableProgram } from '../../src/platform/data-folder/runtime-copy.js';
import { temporaryFolder } from '../support/temporary-folder.js';

describe('a program folder for processes of other users', () => {
  let place: Awaited<ReturnType<typeof temporaryFolder>>;
  let program: string;
  let data: string;
  beforeEach(async () => {
    place = await temporaryFolder();
    program = join(place.path, 'app', 'guest');
    data = join(place.path, 'data');
    await mkdir(program, { recursive: true });
    await writeFile(join(place.path, 'app', 'package.json'), '{"type":"module"}');
    await writeFile(join(program, 'main.js'), 'export {};');
    await symlink('main.js', join(program, 'link.js'));
  });
  afterEach(() => place.remove());

  it('is used where it is when they can read it', async () => {
    expect(await reachableProgram(data, program, undefined, true)).toBe(program);
  });

  it('is used where it is when there are no other users', async () => {
    await chmod(join(place.path, 'app'), 0o700);
    expect(await reachableProgram(data, program, undefined, false)).toBe(program);
  });

  it.each([
    ['a parent is closed', 'app', 0o700],
    ['a file is closed', 'app/guest/main.js', 0o600],
  ])('is copied, readable, when %s', async (_, closed, mode) => {
    await chmod(join(place.path, closed), mode);
    const copy = await reachableProgram(data, program, undefined, true);
    expect(copy.startsWith(join(data, 'runtime'))).toBe(true);
    expect((await stat(join(copy, 'main.js'))).mode & 0o777).toBe(0o644);
    expect(await readFile(join(copy, 'link.js'), 'utf8')).toBe('export {};');
    expect(JSON.parse(await readFile(join(copy, '..', 'package.json'), 'utf8'))).toEqual({ type: 'module' });
  });

  it('is copied anew when its content changes', async () => {
    await chmod(join(place.path, 'app'), 0o700);
    const before = await reachableProgram(data, program, undefined, true);
    expect(await reachableProgram(data, program, undefined, true)).toBe(before);
    await writeFile(join(program, 'main.js'), 'export const changed = 1;');
    const after = await reachableProgram(data, program, undefined, true);
    expect(after).not.toBe(before);
    expect(await readFile(join(after, 'main.js'), 'utf8')).toContain('changed');
  });

  it('is one copy for all that make it at once, with no draft left', async () => {
    const copies = await Promise.all(Array.from({ length: 6 }, () => copyProgram(data, program, '1.0.0')));
    expect(new Set(copies)).toEqual(new Set([join(data, 'runtime', 'guest-1.0.0', 'guest')]));
    expect(await readdir(join(data, 'runtime'))).toEqual(['guest-1.0.0']);
  });
});
