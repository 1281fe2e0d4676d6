/**
 * Gateway plugin: takes personal data and credentials out of what goes to a model and what comes back. The
 * hooks answer the changed request or response, or null when there was nothing to change.
 */
import { readOptions } from './options.js';
import { Redactor } from './redactor.js';

const SAMPLE = 'ada@example.org';

let options = readOptions({});
let redactor = new Redactor(options);

export function getName() {
  return 'PiiRedactor';
}

/**
 * @param {unknown} config see `plugboard.configSchema` in package.json
 * @throws {Error} when a setting is wrong; the settings before stay in force
 */
export function init(config) {
  const next = readOptions(config);
  redactor = new Redactor(next);
  options = next;
}

/**
 * @param {unknown} _context not needed
 * @param {unknown} request any model API's: messages, prompt, input, …
 * @returns {unknown} the request without what was found, or null: unchanged
 */
export function preLLMHook(_context, request) {
  return redactIn('requests', request);
}

/**
 * @param {unknown} _context not needed
 * @param {unknown} response the model's answer, null when there was an error
 * @returns {unknown} the response without what was found, or null: unchanged
 */
export function postLLMHook(_context, response) {
  return redactIn('responses', response);
}

/** Shows that the settings in force find what they should. */
export function healthCheck() {
  const { payload } = redactor.redact(SAMPLE);
  const ok = !options.kinds.includes('email') || options.allowList.length > 0 || payload !== SAMPLE;
  return { ok, message: ok ? `looks for ${describeKinds()}` : 'a sample address was not found' };
}

/** Forgets settings and key. */
export function cleanup() {
  init({});
}

/** @param {'requests' | 'responses'} direction @param {unknown} payload */
function redactIn(direction, payload) {
  if (!options.applyTo.includes(direction)) return null;
  const { payload: redacted, counts } = redactor.redact(payload);
  if (redacted === payload) return null;
  // Kinds and counts only: the log must not become the leak.
  const summary = Object.entries(counts).map(([kind, count]) => `${kind}=${count}`);
  console.log(`redacted in ${direction}: ${summary.join(' ')}`);
  return redacted;
}

function describeKinds() {
  return [...options.kinds, ...options.customPatterns.map(({ name }) => name)].join(', ') || 'nothing';
}
