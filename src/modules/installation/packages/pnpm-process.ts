import { type ChildProcess, spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { BadGateway, GatewayTimeout } from '../../../platform/http/errors.js';
import type { NetworkLimits } from '../../../platform/http/outbound/process-guard.js';
import { NO_INSPECTOR } from '../../../platform/no-inspector.js';

/** One line of the package manager's ndjson reporter. */
export interface PnpmEvent {
  readonly name?: string;
  readonly level?: string;
  readonly [key: string]: unknown;
}

export interface PnpmRun {
  /** Arguments, each one value: there is no shell. */
  readonly args: readonly string[];
  readonly cwd: string;
  /** Folder of packages, where the compiled program is kept. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Most bytes that one archive may unpack to. */
  readonly maxArchiveBytes?: number;
  /** Most entries that one archive may have. */
  readonly maxArchiveFiles?: number;
  /** Left out: it connects to public addresses alone. */
  readonly network?: NetworkLimits;
  /** Ends the run; its reason is what the run fails with. */
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: (event: PnpmEvent) => void;
  /** Standard output is kept and returned instead of read as events. */
  readonly keepOutput?: boolean;
}

export interface PnpmResult {
  readonly exitCode: number | null;
  readonly output: string;
  /** Last error the package manager reported: its code (`ERR_PNPM_…`) and text. */
  readonly error: { readonly code: string; readonly message: string } | null;
}

const START = fileURLToPath(new URL('./pnpm-start.js', import.meta.url));
const COMPILED = 'package-manager.compiled';
/** Threads that unpack. Left to itself it takes one processor fewer than there are: one thread, mostly waiting, of two. */
const WORKERS = String(Math.max(2, availableParallelism()));
const MOST_OUTPUT = 64 * 2 ** 20;
const MOST_KEPT = 4 * 2 ** 20;
const DEFAULT_ARCHIVE_BYTES = 2 ** 30;
const DEFAULT_ARCHIVE_FILES = 100_000;
const PUBLIC_ALONE: NetworkLimits = { registries: [], proxies: [], allow: [] };

/**
 * Runs pnpm to its end in a process group of its own, which dies with the run: on abort, on time-out, on too
 * much output, and with the server.
 * @throws GatewayTimeout `install_timeout`, BadGateway `install_failed` when it cannot be started or floods its
 *   output, the signal's reason on abort
 */
export async function runPnpm(run: PnpmRun): Promise<PnpmResult> {
  run.signal?.throwIfAborted();
  const child = start(run);
  const ending = new AbortController();
  const end = (reason: unknown): void => {
    if (ending.signal.aborted) return;
    ending.abort(reason);
    killGroup(child);
  };
  const onAbort = (): void => end(run.signal?.reason);
  run.signal?.addEventListener('abort', onAbort, { once: true });
  const timer = setTimeout(() => end(tooLong(run.timeoutMs)), run.timeoutMs);
  try {
    const result = await outcome(child, run, end);
    ending.signal.throwIfAborted();
    return result;
  } finally {
    clearTimeout(timer);
    run.signal?.removeEventListener('abort', onAbort);
    child.stdin?.destroy();
  }
}

function start({ args, cwd, folder, environment, ...run }: PnpmRun): ChildProcess {
  const guard = new URL('./pnpm-guard.js', import.meta.url);
  guard.searchParams.set('maxBytes', String(run.maxArchiveBytes ?? DEFAULT_ARCHIVE_BYTES));
  guard.searchParams.set('maxFiles', String(run.maxArchiveFiles ?? DEFAULT_ARCHIVE_FILES));
  guard.searchParams.set('network', JSON.stringify(run.network ?? PUBLIC_ALONE));
  const program = ['--no-warnings', ...NO_INSPECTOR, `--import=${guard.href}`, START, join(folder, COMPILED)];
  const child = spawn(process.execPath, [...program, ...args], {
    cwd,
    env: { ...environment, CI: 'true', PNPM_MAX_WORKERS: WORKERS },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    windowsHide: true,
  });
  child.stdin.on('error', () => undefined);
  return child;
}

/** Reads what the process prints until it is gone. */
async function outcome(
  child: ChildProcess,
  run: PnpmRun,
  end: (reason: unknown) => void,
): Promise<PnpmResult> {
  let bytes = 0;
  const kept: Buffer[] = [];
  let complaint = '';
  const errors: NonNullable<PnpmResult['error']>[] = [];
  const counted = (chunk: Buffer): void => {
    bytes += chunk.length;
    if (bytes > MOST_OUTPUT) end(failed('it printed too much'));
  };
  const exit = new Promise<number | null>((resolve) => {
    child.once('error', (cause) => {
      end(failed(`it cannot be started (${cause.message})`));
      resolve(null);
    });
    child.once('close', resolve);
  });
  child.stderr?.on('data', counted).on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-2_000);
  });
  child.stdout?.on('data', counted);
  if (run.keepOutput)
    child.stdout?.on('data', (chunk: Buffer) => {
      if (bytes <= MOST_KEPT) kept.push(chunk);
    });
  else if (child.stdout)
    createInterface({ input: child.stdout }).on('line', (line) => {
      const event = parseEvent(line);
      if (event) run.onEvent?.(event);
      const error = event && errorOf(event);
      if (error) errors.push(error);
    });
  const exitCode = await exit;
  const output = Buffer.concat(kept).toString();
  const unexplained = exitCode === 0 ? null : { code: '', message: complaint.trim() || output.slice(-2_000) };
  return { exitCode, output, error: errors.at(-1) ?? unexplained };
}

function parseEvent(line: string): PnpmEvent | null {
  if (!line.startsWith('{')) return null;
  try {
    return JSON.parse(line) as PnpmEvent;
  } catch {
    return null;
  }
}

function errorOf(event: PnpmEvent): PnpmResult['error'] {
  if (event.level !== 'error') return null;
  const err = (event['err'] ?? event) as { code?: unknown; message?: unknown };
  const [code, message] = [event['code'] ?? err.code, err.message ?? event['message']];
  return {
    code: typeof code === 'string' ? code : '',
    message: typeof message === 'string' ? message.slice(0, 2_000) : '',
  };
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}

function tooLong(ms: number): GatewayTimeout {
  return new GatewayTimeout(
    'install_timeout',
    `Fetching and building the package took longer than ${Math.round(ms / 1000)} s.`,
  );
}

function failed(cause: string): BadGateway {
  return new BadGateway('install_failed', `The package manager failed: ${cause}.`);
}
