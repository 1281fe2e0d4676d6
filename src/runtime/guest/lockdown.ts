import fs from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import os from 'node:os';
import process from 'node:process';
import v8 from 'node:v8';
import { confinePipes } from './pipes.js';

/** Largest memory one WebAssembly instance may have, in pages of 64 KiB: 128 MiB. */
const WASM_MAX_PAGES = 2_048;

/**
 * What the permission model leaves open and a plugin must not have. A guest often runs under the server's
 * own uid, so it could kill its host, or open the host's inspector with `_debugProcess` and take it over;
 * `binding` reaches past the checks of the public modules; active handles would hand out the channel.
 */
const PROCESS_FUNCTIONS = [
  'kill',
  '_kill',
  '_debugProcess',
  '_debugEnd',
  'dlopen',
  'binding',
  '_linkedBinding',
  '_getActiveHandles',
  '_getActiveRequests',
  'setuid',
  'seteuid',
  'setgid',
  'setegid',
  'setgroups',
  'initgroups',
  'chdir',
  'execve',
] as const;

/**
 * Later releases of Node refuse these to whoever may not read and write everything. Before 20.20 a relative link
 * in the plugin's own folder led out of the fence (CVE-2025-55130).
 */
const LINK_FUNCTIONS = ['link', 'linkSync', 'symlink', 'symlinkSync'] as const;

/** Closes the doors above for good. Call it before any plugin code is imported. */
export function lockDown(): void {
  v8.setFlagsFromString(`--wasm-max-mem-pages=${WASM_MAX_PAGES}`);
  for (const name of PROCESS_FUNCTIONS) deny(process, name, `process.${name}`);
  pin(process, 'ppid', 0);
  deny(v8, 'setFlagsFromString', 'v8.setFlagsFromString');
  deny(os, 'setPriority', 'os.setPriority');
  for (const name of LINK_FUNCTIONS) deny(fs, name, `fs.${name}`);
  for (const name of ['link', 'symlink']) deny(fs.promises, name, `fs.promises.${name}`);
  pin(process, 'report', reportWithoutFiles());
  denySqlite();
  confinePipes();
  // Named imports of built-in modules are copies; this refreshes them.
  syncBuiltinESMExports();
}

/**
 * Node 20 writes reports into any folder that `process.report.directory` names, and on signals and crashes too.
 * What remains is what packages ask: the report as an object, which tells them the C library.
 */
function reportWithoutFiles(): object {
  const { report } = process;
  const getReport = (error?: Error): object | string => report.getReport(error);
  return { getReport, excludeNetwork: false };
}

/** Node 22 and 24 open SQLite files without asking the permission model, for writing too. */
function denySqlite(): void {
  const names: readonly string[] = ['DatabaseSync', 'StatementSync', 'backup'];
  const require = createRequire(import.meta.url);
  try {
    const sqlite = require('node:sqlite') as object;
    for (const name of names) if (name in sqlite) deny(sqlite, name, `node:sqlite ${name}`);
  } catch {
    // Node 20 has no such module.
  }
}

function deny(target: object, name: string, label: string): void {
  const denied = function denied(): never {
    const error = new Error(`${label} is not available to plugins`);
    throw Object.assign(error, { code: 'ERR_ACCESS_DENIED' });
  };
  pin(target, name, Object.freeze(denied));
}

/**
 * Fixes a property. An accessor that ignores writes, not a read-only value: common packages wrap
 * `process.chdir` on load, and in strict code a write to a read-only property would stop them.
 */
function pin(target: object, name: string, value: unknown): void {
  const ignore = (): void => undefined;
  Object.defineProperty(target, name, {
    get: () => value,
    set: ignore,
    enumerable: true,
    configurable: false,
  });
}
