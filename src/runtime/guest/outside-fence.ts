import fs from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { replace } from './deny.js';

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;

/** Functions that read by a path, and the system call that their errors name. */
const SYSTEM_CALLS = {
  access: 'access',
  copyFile: 'copyfile',
  cp: 'lstat',
  lstat: 'lstat',
  open: 'open',
  opendir: 'opendir',
  readFile: 'open',
  readdir: 'scandir',
  readlink: 'readlink',
  stat: 'stat',
  statfs: 'statfs',
} as const;

/**
 * Has what lies outside the fence look as if it were not there: `ENOENT` and false, where the permission model throws
 * ERR_ACCESS_DENIED, `existsSync` and functions with a callback included. Packages look for files in their parent
 * folders (a package.json, a .env, a lock file), and go on where there is none. Only the error is another: what is
 * refused stays refused, and writing still says so.
 */
export function hideOutside(): void {
  const functions = fs as unknown as Record<string, AnyFunction | undefined>;
  const promises = fs.promises as unknown as Record<string, AnyFunction | undefined>;
  for (const [name, call] of Object.entries(SYSTEM_CALLS)) {
    wrap(functions, name, (original) => withCallback(original, call));
    wrap(functions, `${name}Sync`, (original) => synchronous(original, call));
    wrap(promises, name, (original) => withPromise(original, call));
  }
  wrap(functions, 'watch', (original) => synchronous(original, 'watch'));
  useNativeRealpath();
  wrap(promises, 'realpath', (original) => withPromise(original, 'realpath'));
  wrap(functions, 'existsSync', falseOutside);
  wrap(functions, 'exists', existsWithCallback);
}

/**
 * Node's own `realpath` looks at every folder above, most of which are outside, and Node 20's does so without asking
 * the permission model. The system's asks for the path alone.
 */
function useNativeRealpath(): void {
  for (const name of ['realpath', 'realpathSync'] as const) {
    const { native } = fs[name];
    wrap(fs, name, () =>
      (name === 'realpath' ? withCallback : synchronous)(native as AnyFunction, 'realpath'),
    );
    replace(fs[name], 'native', fs[name]);
  }
}

/** Puts a function where another was, with the properties of that one. */
function wrap(owner: object | undefined, name: string, make: (original: AnyFunction) => AnyFunction): void {
  const original = owner && (owner as Record<string, unknown>)[name];
  if (!owner || typeof original !== 'function') return;
  const made = make(original as AnyFunction);
  Object.defineProperties(made, Object.getOwnPropertyDescriptors(original));
  replace(owner, name, made);
}

function synchronous(original: AnyFunction, call: string): AnyFunction {
  return function (...args) {
    try {
      return original.apply(this, args);
    } catch (error) {
      if (!isOutside(error)) throw error;
      const options = args[1] as { throwIfNoEntry?: boolean } | undefined;
      if (call.endsWith('stat') && options?.throwIfNoEntry === false) return undefined;
      throw notThere(error, call, args[0]);
    }
  };
}

/** Some releases throw what they should hand to the callback. */
function withCallback(original: AnyFunction, call: string): AnyFunction {
  return function (...args) {
    const callback = args.at(-1);
    if (typeof callback !== 'function') return original.apply(this, args);
    const answer = (error: unknown, ...rest: unknown[]): void => {
      // Of a refusal some releases tell before the function returns.
      if (isOutside(error)) process.nextTick(callback, notThere(error, call, args[0]));
      else (callback as AnyFunction)(error, ...rest);
    };
    try {
      return original.apply(this, [...args.slice(0, -1), answer]);
    } catch (error) {
      if (!isOutside(error)) throw error;
      answer(error);
      return undefined;
    }
  };
}

function withPromise(original: AnyFunction, call: string): AnyFunction {
  return async function (...args) {
    try {
      return await original.apply(this, args);
    } catch (error) {
      throw isOutside(error) ? notThere(error, call, args[0]) : error;
    }
  };
}

function falseOutside(original: AnyFunction): AnyFunction {
  return function (...args) {
    try {
      return original.apply(this, args);
    } catch (error) {
      if (!isOutside(error)) throw error;
      return false;
    }
  };
}

function existsWithCallback(original: AnyFunction): AnyFunction {
  return function (...args) {
    try {
      return original.apply(this, args);
    } catch (error) {
      const callback = args[1];
      if (!isOutside(error) || typeof callback !== 'function') throw error;
      process.nextTick(callback, false);
      return undefined;
    }
  };
}

function isOutside(error: unknown): error is Error {
  return (error as { permission?: unknown } | null | undefined)?.permission === 'FileSystemRead';
}

/** The error that Node has for a path that leads to nothing. Its cause says what stands in the way. */
function notThere(cause: Error, syscall: string, given: unknown): Error {
  const path = given instanceof URL ? fileURLToPath(given) : String(given);
  const error = new Error(`ENOENT: no such file or directory, ${syscall} '${path}'`, { cause });
  return Object.assign(error, { errno: -constants.errno.ENOENT, code: 'ENOENT', syscall, path });
}
