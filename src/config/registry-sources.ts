/** The kinds of catalogues that are understood. */
export const SOURCE_KINDS = ['eliza', 'npm', 'mcp', 'plugboard', 'embedded'] as const;
export type SourceKind = (typeof SOURCE_KINDS)[number];

/** A catalogue that the operator wants entries from. */
export interface RegistrySource {
  readonly kind: SourceKind;
  /** Unique among the sources; what they are told apart by. */
  readonly label: string;
  /** The smaller, the stronger: of two sources that name a plugin, the stronger one's entry is shown. */
  readonly priority: number;
  /** Where it is: either of the two; neither for the embedded one. */
  readonly url: string | null;
  readonly file: string | null;
  /** Keyword that packages must have; for npm. */
  readonly keyword: string | null;
  /** Sent as Bearer token to the URL's own host. */
  readonly token: string | null;
}

const KEYS = ['kind', 'url', 'file', 'label', 'priority', 'keyword', 'token'] as const;
const LABEL = /^[a-z0-9][a-z0-9._-]{0,59}$/i;
const RESERVED_LABEL = 'published';
const DEFAULT_PRIORITY = 100;
/** Whatever others say is newer. */
const EMBEDDED_PRIORITY = 1_000;
const MAX_PRIORITY = 1_000;
const MAX_SOURCES = 50;

/**
 * Reads `REGISTRY_SOURCES`.
 * @throws Error whose message goes on after the setting's name
 */
export function parseRegistrySources(text: string): readonly RegistrySource[] {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    throw new Error(`must be JSON, such as [{"kind":"eliza","url":"https://…/generated-registry.json"}]`);
  }
  if (!Array.isArray(given) || given.length > MAX_SOURCES)
    throw new Error(`must be a JSON list of ${MAX_SOURCES} sources at most`);
  const sources = given.map((one: unknown, i) => parseSource(one, `source ${i + 1}`));
  const labels = sources.map(({ label }) => label.toLowerCase());
  const twice = labels.find((label, i) => labels.indexOf(label) !== i);
  if (twice !== undefined)
    throw new Error(`has two sources labelled "${twice}"; give each a "label" of its own`);
  return sources;
}

function parseSource(given: unknown, which: string): RegistrySource {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new Error(`${which} must be an object, such as {"kind":"eliza","url":"https://…"}`);
  const fields = given as Record<string, unknown>;
  const unknown = Object.keys(fields).find((key) => !KEYS.some((known) => known === key));
  if (unknown !== undefined)
    throw new Error(`${which} has the unknown key "${unknown}"; there are ${KEYS.join(', ')}`);
  const kind = SOURCE_KINDS.find((one) => one === fields['kind']);
  if (!kind) throw new Error(`${which} must have a "kind": one of ${SOURCE_KINDS.join(', ')}`);
  const text = (key: string): string | null => {
    const value = fields[key] ?? null;
    if (value !== null && (typeof value !== 'string' || value.trim() === ''))
      throw new Error(`${which} must have text as "${key}"`);
    return value;
  };
  const source = {
    ...{ kind, label: text('label') ?? kind, priority: priorityOf(fields['priority'], kind, which) },
    ...{ url: text('url'), file: text('file'), keyword: text('keyword'), token: text('token') },
  };
  const problem = kind === 'embedded' ? embeddedContradiction(source) : contradiction(source);
  if (problem !== null) throw new Error(`${which} ${problem}`);
  return source;
}

function priorityOf(given: unknown, kind: SourceKind, which: string): number {
  const priority = given ?? (kind === 'embedded' ? EMBEDDED_PRIORITY : DEFAULT_PRIORITY);
  if (typeof priority === 'number' && Number.isInteger(priority) && priority >= 0 && priority <= MAX_PRIORITY)
    return priority;
  throw new Error(`${which} must have a whole number from 0 to ${MAX_PRIORITY} as "priority"`);
}

function contradiction({ kind, label, url, file, keyword, token }: RegistrySource): string | null {
  if (!LABEL.test(label) || label.toLowerCase() === RESERVED_LABEL)
    return `must have a "label" of letters, digits, ".", "_" and "-", at most 60, and not "${RESERVED_LABEL}"`;
  if ((url === null) === (file === null)) return 'must have either "url" or "file"';
  if (file !== null && kind !== 'eliza')
    return 'must have a "url": only eliza catalogues are read from files';
  if (url !== null && !isPlainUrl(url)) return 'must have an http or https "url" without a password';
  if ((keyword === null) === (kind === 'npm'))
    return 'must have a "keyword" where its kind is npm, and only there';
  if (token !== null && !/^[!-~]+$/.test(token)) return 'must have a "token" of printable characters';
  return null;
}

function embeddedContradiction({ url, file, keyword, token }: RegistrySource): string | null {
  const hasMore = [url, file, keyword, token].some((value) => value !== null);
  return hasMore ? 'comes with the server: it can have a "label" and a "priority", no more' : null;
}

function isPlainUrl(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url !== null && /^https?:$/.test(url.protocol) && url.username + url.password === '';
}
