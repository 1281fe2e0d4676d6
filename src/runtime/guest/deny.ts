/**
 * Replaces a function by one that throws, for good: the original is no longer referred to. The new one is an ordinary
 * property and an ordinary function, because common packages wrap `process.chdir` and its like when they are loaded.
 */
export function deny(target: object, name: string, label: string): void {
  const denied = function (): never {
    const error = new Error(`${label} is not available to plugins`);
    throw Object.assign(error, { code: 'ERR_ACCESS_DENIED' });
  };
  Object.defineProperty(denied, 'name', { value: name, configurable: true });
  replace(target, name, denied);
}

/** Puts a value where another was, getters included. */
export function replace(target: object, name: string, value: unknown): void {
  // Some properties of `process` are Node's own kind, which would go on to answer by themselves.
  Reflect.deleteProperty(target, name);
  Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
}
