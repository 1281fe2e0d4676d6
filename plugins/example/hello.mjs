/**
 * The smallest useful plugin: it puts a greeting on every request that passes the gateway.
 * Settings: `greeting` (text, default "Hello").
 */
let greeting = 'Hello';

export function getName() {
  return 'Hello';
}

/** @param {{ greeting?: string }} [config] */
export function init(config = {}) {
  const wanted = config.greeting ?? 'Hello';
  if (typeof wanted !== 'string' || !/^[\x20-\x7e]{1,200}$/.test(wanted)) {
    throw new Error('greeting must be 1 to 200 printable ASCII characters');
  }
  greeting = wanted;
  console.log(`greeting with "${greeting}"`);
}

/**
 * @param {unknown} _context whatever the gateway keeps for this request
 * @param {{ headers?: Record<string, string> } | undefined} request never changed: the answer is a copy
 */
export function httpTransportPreHook(_context, request) {
  return { ...request, headers: { ...request?.headers, 'x-greeting': greeting } };
}

export function healthCheck() {
  return { ok: true, message: `greets with "${greeting}"` };
}
