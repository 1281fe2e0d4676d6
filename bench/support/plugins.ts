import { compileWasm } from '../../test/support/wasm-fixtures.js';

/** A plugin as small as they come. */
export const SMALL_PLUGIN = `
export const getName = () => 'small';
export const preLLMHook = (context, request) => ({ ...request, seen: true });
`;

/** Path of a small WebAssembly plugin, compiled at first use. */
export const smallWasm = (): string => compileWasm('gateway');
