import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { DENY_NETWORK } from '../protocol.js';
import type { Limits } from './guest-spec.js';
import { type IdleMemory, memoryFlags } from './idle-memory.js';
import { isInside } from './real-path.js';

/** Everything one guest process is started with. */
export interface Launch {
  /** Absolute path of the guest's main module; its folder holds all of the program. */
  guestProgram: string;
  /** Files and folders that may be read besides the guest program and the data folder. */
  readable: readonly string[];
  /** Working directory, home and temporary folder; the only place that may be written. */
  dataFolder: string;
  /** Environment variables that are passed on. */
  environment: Readonly<Record<string, string>>;
  /** User and group to run as, or null for the server's own. */
  user: number | null;
  /** WebAssembly may ask for WASI. */
  wasi: boolean;
  /** It may open sockets. False takes effect where CAN_DENY_NETWORK. */
  network: boolean;
  limits: Limits;
  /** What an idle guest takes; the memory limit counts from there. Null where it cannot be measured. */
  idle: IdleMemory | null;
}

/** Flags of the fence that this release of Node has; what each release lacks stands in docs/security.md. */
export const FENCE_FLAGS = [
  // Node 20 has it under its experimental name only.
  hasFlag('--permission') ? '--permission' : '--experimental-permission',
  // Where it exists, the permission model closes all sockets unless it is given: the channel too, so that a guest
  // without network gets it as well, and drops it once the channel is open.
  ...['--allow-net', '--disable-sigusr1'].filter(hasFlag),
];

/** Whether the permission model of this Node, 25 or newer, can deny the network. */
export const CAN_DENY_NETWORK = hasFlag('--allow-net');

const SHELL = '/bin/sh';
/** RLIMIT_DATA counts private writable memory on Linux since 4.7; elsewhere it means little. */
const HAS_MEMORY_LIMIT = process.platform === 'linux' && existsSync(SHELL);
/**
 * The limit comes in as an argument, the program as the rest: nothing is ever pasted into the script. A limit
 * that cannot be set is one already lower.
 */
const LIMIT_SCRIPT = 'ulimit -c 0; ulimit -d "$1" 2>/dev/null; shift; exec "$@"';

/**
 * Starts a guest process behind its fence: own session (a Ctrl-C meant for the server does not reach it),
 * permission model, memory limits, closed environment. Descriptors: 1 and 2 output, 3 the channel.
 */
export function launch(plan: Launch): ChildProcess {
  const node = [process.execPath, ...flags(plan), plan.guestProgram, ...programFlags(plan)];
  const { dataFolder, environment, user, idle, limits } = plan;
  const dataKb = idle ? idle.dataKb + limits.memoryMb * 1024 : 'unlimited';
  const limited = [SHELL, '-c', LIMIT_SCRIPT, SHELL, String(dataKb), ...node];
  const [command = '', ...args] = HAS_MEMORY_LIMIT ? limited : node;
  return spawn(command, args, {
    cwd: dataFolder,
    env: { ...environment, HOME: dataFolder, TMPDIR: dataFolder, TEMP: dataFolder, TMP: dataFolder },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    detached: true,
    windowsHide: true,
    ...(user !== null && { uid: user, gid: user }),
  });
}

function flags({ guestProgram, readable, dataFolder, wasi, limits }: Launch): string[] {
  return [
    ...FENCE_FLAGS,
    ...outermost([dirname(guestProgram), ...readable, dataFolder]).map((path) => `--allow-fs-read=${path}`),
    `--allow-fs-write=${dataFolder}`,
    ...(wasi ? ['--allow-wasi'] : []),
    ...memoryFlags(limits.heapMb),
    '--no-warnings',
  ];
}

function programFlags({ network }: Launch): string[] {
  return CAN_DENY_NETWORK && !network ? [DENY_NETWORK] : [];
}

/**
 * Each path once, and none that lies in another: Node aborts on a path that it was given before, and up to 20.19
 * forgets parts of a folder when something in it is allowed as well.
 */
export function outermost(paths: readonly string[]): string[] {
  const once = [...new Set(paths)];
  return once.filter((path) => !once.some((other) => other !== path && isInside(path, other)));
}

/** A path that Node would read as a pattern or a list; such a folder cannot be allowed alone. */
export function isUngrantable(path: string): boolean {
  return /[*,]/.test(path);
}

function hasFlag(flag: string): boolean {
  return process.allowedNodeEnvironmentFlags.has(flag);
}
