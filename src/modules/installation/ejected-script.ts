import { type ChildProcess, spawn } from 'node:child_process';
import { lchown, readdir, readFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../config.js';
import { Unprocessable } from '../../platform/http/errors.js';
import { CONFIG } from '../../platform/tokens.js';

const MOST_LINES = 200;
const LONGEST_LINE = 500;
/** Owns nothing, wherever it is known. */
const NOBODY = 65_534;

/**
 * Runs a package's own build script in a build: with an empty environment, under a time limit, and where the server is
 * root as a user that owns nothing else. The script and all that it started are gone when it ends.
 */
@Injectable()
export class EjectedScript {
  constructor(@Inject(CONFIG) private readonly config: Config) {}

  /** @returns the last lines that it printed @throws Unprocessable `build_failed` with them */
  async run(folder: string): Promise<string[]> {
    const command = await buildScript(folder);
    const isRoot = process.getuid?.() === 0;
    if (isRoot) await giveTo(folder, NOBODY);
    try {
      return await this.finish(start(folder, command, isRoot));
    } finally {
      if (isRoot) await giveTo(folder, 0);
    }
  }

  private async finish(child: ChildProcess): Promise<string[]> {
    const lines: string[] = [];
    const keep = (line: string): void => {
      lines.push(line.slice(0, LONGEST_LINE));
      if (lines.length > MOST_LINES) lines.shift();
    };
    for (const output of [child.stdout, child.stderr])
      if (output) createInterface({ input: output }).on('line', keep);
    const cause = await failureOf(child, this.config.INSTALL_TIMEOUT);
    if (cause === null) return lines;
    const problems = lines.slice(-20).map((message) => ({ field: 'builder', message }));
    throw new Unprocessable('build_failed', `The build script ${cause}.`, 'builder', problems);
  }
}

/** Waits until it and its output have ended, or ends it. @returns what went wrong, null for nothing */
async function failureOf(child: ChildProcess, limitMs: number): Promise<string | null> {
  const late = new AbortController();
  const timer = setTimeout(() => {
    late.abort();
    endGroup(child);
  }, limitMs);
  const cause = await new Promise<string | null>((resolve) => {
    child.once('error', ({ message }) => resolve(`cannot be started (${message})`));
    // What it left running would hold its output open.
    child.once('exit', () => endGroup(child));
    child.once('close', (code, signal) =>
      resolve(code === 0 ? null : `ended with ${signal ?? `exit code ${code ?? ''}`}`),
    );
  });
  clearTimeout(timer);
  return late.signal.aborted ? `took longer than ${Math.round(limitMs / 1000)} s` : cause;
}

async function buildScript(folder: string): Promise<string> {
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => '{}');
  const { scripts } = parsed(text);
  const command = (scripts as Record<string, unknown> | undefined)?.['build'];
  if (typeof command === 'string' && command.trim() !== '') return command;
  throw new Unprocessable('build_failed', 'The package has no build script.', 'builder');
}

function parsed(text: string): Record<string, unknown> {
  try {
    return (JSON.parse(text) ?? {}) as Record<string, unknown>;
  } catch {
    return {};
  }
}

function start(folder: string, command: string, isRoot: boolean): ChildProcess {
  const path = [
    join(folder, 'node_modules', '.bin'),
    dirname(process.execPath),
    '/usr/local/bin',
    '/usr/bin',
    '/bin',
  ];
  return spawn('/bin/sh', ['-c', command], {
    cwd: folder,
    env: { PATH: path.join(delimiter), HOME: folder, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    windowsHide: true,
    ...(isRoot && { uid: NOBODY, gid: NOBODY }),
  });
}

function endGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // The whole group is gone already.
  }
}

/** Links themselves change hands, never what they lead to. */
async function giveTo(path: string, uid: number): Promise<void> {
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.isDirectory()) await giveTo(join(path, entry.name), uid);
    else await lchown(join(path, entry.name), uid, uid);
  }
  await lchown(path, uid, uid);
}
