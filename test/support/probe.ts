/**
 * Source of a plugin that runs the code it is given in its hook and answers its value, or `refused: ` and why.
 * In scope: `node(name)` for a built-in module, `path`, `dir` (the plugin's own folder), `self` (its file).
 */
export const PROBE = `
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
const require = createRequire(import.meta.url);
const node = (name) => require('node:' + name);
const AsyncFunction = (async () => {}).constructor;
export const preLLMHook = async (ctx, { code, path }) => {
  try {
    const run = new AsyncFunction('node', 'require', 'path', 'dir', 'self', 'return (' + code + ')');
    return await run(node, require, path, process.cwd(), fileURLToPath(import.meta.url));
  } catch (error) {
    return 'refused: ' + (error.code ?? error.message);
  }
};
`;
