import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** npm as it comes, with a cache of its own that begins empty. */
export class NpmInstall {
  /** @param folder an empty folder */
  constructor(private readonly folder: string) {}

  /**
   * Installs a package in an empty folder, without scripts and without what npm does besides installing.
   * @returns the folder
   * @throws Error with what npm printed when it fails
   */
  async install(name: string): Promise<string> {
    const cwd = await mkdtemp(join(this.folder, 'npm-'));
    await writeFile(join(cwd, 'package.json'), '{"private":true}');
    const options = ['--ignore-scripts', '--no-audit', '--no-fund', `--cache=${join(this.folder, 'cache')}`];
    const child = spawn('npm', ['install', ...options, name], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let printed = '';
    const collect = (chunk: Buffer): void => void (printed += chunk.toString());
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    const [code] = (await once(child, 'close')) as [number | null];
    if (code !== 0) throw new Error(`npm install ${name} failed:\n${printed}`);
    return cwd;
  }
}
