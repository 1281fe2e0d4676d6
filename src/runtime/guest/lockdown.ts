import fs from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import type { Socket } from 'node:net';
import os from 'node:os';
import process from 'node:process';
import v8 from 'node:v8';
import { refuseCodeCaches } from './code-cache.js';
import { deny, replace } from './deny.js';
import { confineHandles } from './handles.js';
import { hideOutside } from './outside-fence.js';

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

/**
 * Closes the doors above for good. Call it before any plugin code is imported.
 * @param channel the Unix socket to the host
 */
export function lockDown(channel: Socket): void {
  v8.setFlagsFromString(`--wasm-max-mem-pages=${WASM_MAX_PAGES}`);
  for (const name of PROCESS_FUNCTIONS) deny(process, name, `process.${name}`);
  replace(process, 'ppid', 0);
  deny(v8, 'setFlagsFromString', 'v8.setFlagsFromString');
  deny(os, 'setPriority', 'os.setPriority');
  for (const name of LINK_FUNCTIONS) deny(fs, name, `fs.${name}`);
  for (const name of ['link', 'symlink']) deny(fs.promises, name, `fs.promises.${name}`);
  replace(process, 'report', reportWithoutFiles());
  denySqlite();
  copyLinksNever();
  hideOutside();
  refuseCodeCaches();
  confineHandles(channel);
  // Named imports of built-in modules are copies; this refreshes them.
  syncBuiltinESMExports();
}

/**
 * Node 20 writes reports into any folder that `process.report.directory` names, and on signals and crashes too.
 * What remains is what packages ask: the report as an object, which tells them the C library. Not where things lie in
 * memory, which is what somebody needs who has found a fault in Node's machine code.
 */
function reportWithoutFiles(): object {
  const { report } = process;
  const getReport = (error?: Error): object => ({
    ...report.getReport(error),
    libuv: [],
    nativeStack: [],
  });
  return { getReport, excludeNetwork: false };
}

/**
 * Node 22 and later copy a folder in machine code that makes the links in it anew without asking: a relative link of
 * the plugin's own package would lead somewhere else from the copy. With a filter they take the way that asks.
 */
function copyLinksNever(): void {
  const { cpSync } = fs;
  const always = (): boolean => true;
  const copy = (from: string, to: string, options?: fs.CopySyncOptions): void => {
    const own = { ...options };
    cpSync(from, to, { ...own, filter: own.filter ?? always });
  };
  replace(fs, 'cpSync', copy);
}

/** Node 22 and 24 open SQLite files without asking the permission model, for writing too. */
function denySqlite(): void {
  const require = createRequire(import.meta.url);
  try {
    const sqlite = require('node:sqlite') as Record<string, unknown>;
    for (const name of Object.keys(sqlite))
      if (typeof sqlite[name] === 'function') deny(sqlite, name, `node:sqlite ${name}`);
  } catch {
    // Node 20 has no such module.
  }
}
