/** Credentials by their published shapes: a known prefix, then enough characters that are no ordinary word. */

/** @typedef {import('./detectors.js').Span} Span */

const SHAPES = [
  // OpenAI, Anthropic, OpenRouter, gateway virtual keys; a digit must be in it, else it is a word like sk-learn-…
  /(?<![A-Za-z0-9])sk-(?=[A-Za-z_-]{0,64}\d)[A-Za-z0-9][A-Za-z0-9_-]{15,}/g,
  // Stripe
  /(?<![A-Za-z0-9])(?:[rsp]k_(?:live|test)|whsec)_[A-Za-z0-9]{16,}/g,
  // AWS access key ids
  /(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])/g,
  // GitHub, GitLab, npm, Hugging Face
  /(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{22,}|glpat-[\w-]{20,}|npm_[A-Za-z0-9]{36}|hf_[A-Za-z0-9]{30,})/g,
  // Slack
  /(?<![A-Za-z0-9])(?:xox[abeoprs]|xapp)-[A-Za-z0-9-]{10,}/g,
  // Google, SendGrid
  /(?<![A-Za-z0-9])(?:AIza[\w-]{35}|ya29\.[\w-]{20,}|SG\.[\w-]{16,64}\.[\w-]{16,64})/g,
  // JSON web tokens (RFC 7519): a header that begins with {" in base64url
  /(?<![\w-])eyJ[\w-]+\.[\w-]+\.[\w-]*/g,
  // Authorization: Bearer …
  /(?<=\bbearer )[\w.~+/-]{20,}=*/gi,
  // user:password@ in a URL
  /(?<=:\/\/)[^\s:/@]{1,128}:[^\s/@]{1,256}(?=@)/g,
];
const KEY_BEGIN = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
const KEY_END = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;

/** @param {string} text @returns {Span[]} */
export function findSecrets(text) {
  const spans = SHAPES.flatMap((shape) =>
    [...text.matchAll(shape)].map((m) => ({ start: m.index, end: m.index + m[0].length, kind: 'secret' })),
  );
  return [...spans, ...findPrivateKeys(text)];
}

/**
 * A block without an end is a key all the same: everything after its first line goes.
 * @param {string} text @returns {Span[]}
 */
function findPrivateKeys(text) {
  /** @type {Span[]} */
  const spans = [];
  const ends = [...text.matchAll(KEY_END)].map((m) => m.index + m[0].length);
  let last = 0;
  let next = 0;
  for (const begin of text.matchAll(KEY_BEGIN)) {
    if (begin.index < last) continue;
    while (next < ends.length && Number(ends[next]) <= begin.index) next++;
    last = ends[next] ?? text.length;
    spans.push({ start: begin.index, end: last, kind: 'secret' });
  }
  return spans;
}
