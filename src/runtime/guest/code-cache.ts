import module from 'node:module';
import vm from 'node:vm';
import { replace } from './deny.js';

type Constructor = (new (...args: unknown[]) => object) & { prototype: object };

/** What `enableCompileCache` answers where the user has turned the cache off. */
const CACHE_DISABLED = 3;

// Taken before any plugin code runs, which may replace them.
const construct = Reflect.construct.bind(Reflect);
const isView = ArrayBuffer.isView.bind(ArrayBuffer);
const define = Object.defineProperty.bind(Object);

/**
 * Has no code come from a cache that plugin code could write. V8 runs the bytecode in a cache without checking it, and
 * bytecode that was made up reads and writes all memory of the process, and with it does whatever its user may. A
 * cache that is offered counts as rejected, as one of another release of Node does: the source is compiled.
 */
export function refuseCodeCaches(): void {
  wrapScript();
  const { compileFunction } = vm;
  const compile = (
    code: string,
    parameters?: readonly string[],
    options?: vm.CompileFunctionOptions,
  ): unknown => {
    const { cachedData, ...rest } = { ...options };
    const compiled = compileFunction(code, parameters, rest);
    return cachedData === undefined ? compiled : markRejected(compiled);
  };
  replace(vm, 'compileFunction', compile);
  if ('enableCompileCache' in module)
    replace(module, 'enableCompileCache', () => ({ status: CACHE_DISABLED }));
}

/** `vm.Script` hands everything to the class that it extends: a cache is the only bytes among its arguments. */
function wrapScript(): void {
  const native = Object.getPrototypeOf(vm.Script) as Constructor;
  const wrapped = function (...args: unknown[]): object {
    let hasCache = false;
    for (let i = 0; i < args.length; i += 1)
      if (isView(args[i])) {
        hasCache = true;
        args[i] = undefined;
      }
    const script = construct(native, args, new.target as unknown as Constructor);
    return hasCache ? markRejected(script) : script;
  };
  Object.defineProperty(wrapped, 'prototype', { value: native.prototype });
  replace(native.prototype, 'constructor', wrapped);
  Object.setPrototypeOf(vm.Script, wrapped);
}

function markRejected(compiled: object): object {
  return define(compiled, 'cachedDataRejected', {
    value: true,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}
