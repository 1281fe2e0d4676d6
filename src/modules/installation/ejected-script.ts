import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, lchown, readdir, readFile, stat } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../config.js';
import { Unprocessable } from '../../platform/http/errors.js';
import type { JobTask } from '../../platform/jobs/job-handlers.js';
import { CONFIG } from '../../platform/tokens.js';

const MOST_LINES = 200;
const LONGEST_LINE = 500;
/** First of the operating system's users that scripts run as where the server is root, one after the other. */
const FIRST_UID = 49_000;
const UIDS = 1_000;
/** What a script left running may hold its output open for so long, in milliseconds. */
const OUTPUT_MS = 1_000;
/**
 * Runs its first argument, and ends what the second names (its process group, or all of its user) with the server:
 * then the other end of descriptor 3 is closed.
 */
const WATCHED = '(cat <&3; kill -9 "$2") >/dev/null 2>&1 & exec 3<&-; exec /bin/sh -c "$1"';

/**
 * Runs a package's own build script in a build: with an empty environment, under a time limit, and where the server is
 * root as a user of its own, that owns nothing else. The script and all that it started are gone when it ends; where
 * the server is not root, all but what left its process group.
 */
@Injectable()
export class EjectedScript {
  private runs = 0;

  constructor(@Inject(CONFIG) private readonly config: Config) {}

  /**
   * @param task the job that it is part of: shows each line, and ends the script when it is to stop
   * @returns the last lines that it printed
   * @throws Unprocessable `build_failed` with them; the signal's reason
   */
  async run(folder: string, { signal, progress }: Pick<JobTask, 'signal' | 'progress'>): Promise<string[]> {
    const command = await buildScript(folder);
    const uid = process.getuid?.() === 0 ? FIRST_UID + (this.runs++ % UIDS) : null;
    if (uid !== null) await giveTo(folder, uid);
    try {
      const child = start(folder, command, uid);
      const lines: string[] = [];
      const keep = (line: string): void => {
        lines.push(line.slice(0, LONGEST_LINE));
        if (lines.length > MOST_LINES) lines.shift();
        progress('building', 87, line);
      };
      for (const output of [child.stdout, child.stderr])
        if (output) createInterface({ input: output }).on('line', keep);
      await this.finish(child, lines, signal);
      return lines;
    } finally {
      if (uid !== null) {
        await endUser(uid);
        await giveTo(folder, 0);
      }
    }
  }

  private async finish(child: ChildProcess, lines: readonly string[], signal: AbortSignal): Promise<void> {
    const { INSTALL_TIMEOUT } = this.config;
    const cause = await failureOf(child, AbortSignal.any([signal, AbortSignal.timeout(INSTALL_TIMEOUT)]));
    signal.throwIfAborted();
    if (cause === null) return;
    const problems = lines.slice(-20).map((message) => ({ field: 'builder', message }));
    throw new Unprocessable('build_failed', `The build script ${cause}.`, 'builder', problems);
  }
}

/** Waits until it and its output have ended, or ends it. @returns what went wrong, null for nothing */
async function failureOf(child: ChildProcess, limit: AbortSignal): Promise<string | null> {
  const onLimit = (): void => endGroup(child);
  limit.addEventListener('abort', onLimit);
  if (limit.aborted) endGroup(child);
  const cause = await new Promise<string | null>((resolve) => {
    child.once('error', ({ message }) => resolve(`cannot be started (${message})`));
    child.once('exit', () => {
      endGroup(child);
      setTimeout(() => {
        for (const output of [child.stdout, child.stderr]) output?.destroy();
      }, OUTPUT_MS);
    });
    child.once('close', (code, signal) =>
      resolve(code === 0 ? null : `ended with ${signal ?? `exit code ${code ?? ''}`}`),
    );
  });
  limit.removeEventListener('abort', onLimit);
  return limit.aborted ? 'took longer than INSTALL_TIMEOUT' : cause;
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

function start(folder: string, command: string, uid: number | null): ChildProcess {
  const path = [
    join(folder, 'node_modules', '.bin'),
    dirname(process.execPath),
    '/usr/local/bin',
    '/usr/bin',
    '/bin',
  ];
  return spawn('/bin/sh', ['-c', WATCHED, 'sh', command, uid === null ? '0' : '-1'], {
    cwd: folder,
    env: { PATH: path.join(delimiter), HOME: folder, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    detached: true,
    windowsHide: true,
    ...(uid !== null && { uid, gid: uid }),
  });
}

function endGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // The whole group is gone already.
  }
}

/** Ends all processes of a user at once, so that none of them can start another meanwhile. */
async function endUser(uid: number): Promise<void> {
  await once(spawn('/bin/sh', ['-c', 'kill -9 -1'], { uid, gid: uid, stdio: 'ignore' }), 'exit');
}

/**
 * Gives a folder to a user, who alone may write in it from now on, and whom everybody may read.
 * Links themselves change hands, never what they lead to.
 */
async function giveTo(path: string, uid: number): Promise<void> {
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const inside = join(path, entry.name);
    if (entry.isDirectory()) await giveTo(inside, uid);
    else {
      await lchown(inside, uid, uid);
      if (entry.isFile()) await chmod(inside, 0o644 | ((await stat(inside)).mode & 0o111));
    }
  }
  await lchown(path, uid, uid);
  await chmod(path, 0o755);
}
