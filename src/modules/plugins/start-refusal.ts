import { LoadFailed } from '../../runtime/host/index.js';

const MOST_TEXT = 300;

/**
 * A start that failed in the plugin's own beginning, for whoever asked for it: what the plugin printed last, which is
 * where one that cannot reach its service says so, and how to keep the settings without a start.
 */
export function startRefusal(error: unknown): unknown {
  if (!(error instanceof LoadFailed) || error.phase !== 'init') return error;
  const last = error.logs.filter((line) => line.trim() !== '').at(-1);
  const printed = last === undefined ? '' : ` It printed last: "${last.trim().slice(0, MOST_TEXT)}".`;
  const message =
    `The plugin did not start: ${error.message.replace(/\.$/, '')}.${printed} ` +
    'Where it waits for a service that cannot be reached now, save its settings with "enabled": false, or install ' +
    'it with "enable": false, and enable it later.';
  return new LoadFailed(message, error.phase, error.logs);
}
