import { LoadFailed } from '../../runtime/host/index.js';

const MOST_TEXT = 300;
/** Words of a service that cannot be reached, which may be another matter later. */
const AWAY =
  /\b(E(CONN\w+|NOTFOUND|AI_AGAIN|TIMEDOUT|HOSTUNREACH|NETUNREACH|PIPE)|time[ds]? ?out|did not finish|unreachable|no route to host|fetch failed|socket hang up|connect(ing|ion)?|50[234])\b/i;
const ADVICE =
  'Where it waits for a service that cannot be reached now, save its settings with "enabled": false, or install it ' +
  'with "enable": false, and enable it later.';
/** Words of lines that tell a cause; after such a line its stack or its details follow. */
const TELLING =
  /error|fail|refused|denied|unauthori[sz]ed|unable|cannot|not found|time[ds]? ?out|\bE[A-Z]{5,}\b/i;

/**
 * A start that failed in the plugin's own beginning, for whoever asked for it: what the plugin printed of it, which is
 * where one that cannot reach its service says so, and then how to keep the settings without a start.
 */
export function startRefusal(error: unknown): unknown {
  if (!(error instanceof LoadFailed) || error.phase !== 'init') return error;
  const line = tellingLine(error.logs.filter((one) => !one.includes(error.message)));
  const printed = line === undefined ? '' : ` It printed: "${line.slice(0, MOST_TEXT)}".`;
  const cause = `The plugin did not start: ${error.message.replace(/\.$/, '')}.${printed}`;
  const message = AWAY.test(`${error.message} ${line ?? ''}`) ? `${cause} ${ADVICE}` : cause;
  return new LoadFailed(message, error.phase, error.logs);
}

function tellingLine(logs: readonly string[]): string | undefined {
  const lines = logs.map((line) => line.trim()).filter((line) => /[\p{L}\p{N}]/u.test(line));
  return lines.filter((line) => TELLING.test(line)).at(-1) ?? lines.at(-1);
}
