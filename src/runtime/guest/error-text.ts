import { MAX_TEXT } from '../protocol.js';

const MAX_CAUSES = 5;

/**
 * What went wrong in one line for a user: message, permission details, and the chain of causes. Never a
 * stack, which would show the host's files. Safe for whatever plugin code throws.
 */
export function errorText(error: unknown): string {
  try {
    return chain(error).slice(0, MAX_TEXT);
  } catch {
    return 'an error that cannot be read';
  }
}

function chain(error: unknown): string {
  const parts: string[] = [];
  let next: unknown = error;
  for (let depth = 0; depth < MAX_CAUSES && next !== undefined && next !== null; depth += 1) {
    const text = one(next);
    if (!parts.includes(text)) parts.push(text);
    next = next instanceof Object && 'cause' in next ? next.cause : undefined;
  }
  return parts.join(': caused by: ') || String(error);
}

function one(error: unknown): string {
  if (!(error instanceof Object)) return String(error);
  const { message, name, errors } = error as { message?: unknown; name?: unknown; errors?: unknown };
  if (typeof message !== 'string') return plainObject(error);
  const kind = typeof name === 'string' && name !== 'Error' && error instanceof Error ? `${name}: ` : '';
  const inner = Array.isArray(errors) ? ` [${errors.slice(0, MAX_CAUSES).map(one).join('; ')}]` : '';
  return `${kind}${message || 'no message'}${inner}${permission(error)}`;
}

function plainObject(value: object): string {
  if (value instanceof Error) return value.name;
  const json = JSON.stringify(value) as string | undefined;
  return json ?? Object.prototype.toString.call(value);
}

/** ERR_ACCESS_DENIED names the right and the resource in properties of its own. */
function permission(error: object): string {
  const { permission: right, resource } = error as { permission?: unknown; resource?: unknown };
  if (typeof right !== 'string') return '';
  return typeof resource === 'string' && resource ? ` (${right} ${resource})` : ` (${right})`;
}
