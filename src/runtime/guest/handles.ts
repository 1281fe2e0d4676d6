import childProcess from 'node:child_process';
import type { Socket } from 'node:net';
import { constants } from 'node:os';
import { resolve, sep } from 'node:path';
import { deny, replace } from './deny.js';

/** Node's handle of a Unix socket, as far as it uses files. */
interface Pipe {
  bind: (path: string) => number;
  connect: (request: ConnectRequest, path: string) => number;
}

interface ConnectRequest {
  oncomplete(...result: [status: number, handle: Pipe, request: ConnectRequest, ...open: boolean[]]): void;
}

// Taken before any plugin code runs: a plugin may replace the functions of built-in objects, and would then decide
// what the checks below see. They call no methods of strings for the same reason.
const apply = Reflect.apply.bind(Reflect);
const toText = String;
const later = setImmediate;
const resolvePath = resolve;
const byteLength = Buffer.byteLength.bind(Buffer);

/** Longest name of a socket, in bytes: without the NUL that ends it, and macOS has four fewer than Linux. */
const LONGEST_NAME = process.platform === 'linux' ? 107 : 103;

/** What the system itself would answer: packages that try a socket go on without it. */
const NOT_PERMITTED = -constants.errno.EACCES;

/**
 * Closes what Node's native handles do without asking the permission model. The methods are replaced on the handles'
 * own prototypes, since plugin code reaches a handle in many ways (`_handle`, symbols, resources of async hooks).
 * @param channel a Unix socket
 */
export function confineHandles(channel: Socket): void {
  denyProcesses();
  confinePipes(Object.getPrototypeOf(handleOf(channel)) as Pipe);
}

/**
 * Denies all of `child_process`, and every method of the handle behind it. Some releases check neither `kill` nor
 * that the process was ever started: the number that is signalled is then whatever lay in memory.
 */
function denyProcesses(): void {
  const prototype = Object.getPrototypeOf(handleOf(new childProcess.ChildProcess())) as object;
  for (const name of Object.getOwnPropertyNames(prototype)) deny(prototype, name, `${name} of a process`);
  const module = childProcess as unknown as Record<string, unknown>;
  for (const name of Object.keys(module))
    if (typeof module[name] === 'function') deny(module, name, `child_process.${name}`);
}

/**
 * Keeps Unix sockets to the plugin's own folder, the one it works in, both for whoever listens and for whoever
 * connects: a socket that listens is a file that the permission model knows nothing of, and what listens elsewhere
 * (a database, a container daemon, another plugin) may take the plugin for the server, whose user it can run as.
 */
function confinePipes(prototype: Pipe): void {
  const folder = process.cwd();
  const { bind, connect } = prototype;
  // A path is made a text once: what is looked at is what is used. Never by `process.cwd()`, which the plugin may
  // replace. The system reads a name up to its first NUL, and Node 20 and 22 cut a long one off: what is left of a
  // path that leads out and back in may lead out only.
  const isOwn = (path: string): boolean =>
    byteLength(path) <= LONGEST_NAME && !hasNul(path) && startsWith(resolvePath(folder, path), folder + sep);
  replace(prototype, 'bind', function (this: Pipe, path: unknown): unknown {
    const name = toText(path);
    return isOwn(name) ? apply(bind, this, [name]) : NOT_PERMITTED;
  });
  replace(prototype, 'connect', function (this: Pipe, request: ConnectRequest, path: unknown): unknown {
    const name = toText(path);
    if (isOwn(name)) return apply(connect, this, [request, name]);
    // Failing to connect is told later, when whoever asked listens.
    later(() => request.oncomplete(NOT_PERMITTED, this, request, false, false));
    return 0;
  });
  deny(prototype, 'constructor', 'Pipe');
}

function startsWith(text: string, start: string): boolean {
  for (let i = 0; i < start.length; i += 1) if (text[i] !== start[i]) return false;
  return true;
}

function hasNul(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) if (text[i] === '\0') return true;
  return false;
}

function handleOf(owner: object): object {
  return (owner as { _handle: object })._handle;
}
