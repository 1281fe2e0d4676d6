/**
 * The whole contract between the host and one guest: JSON messages, one a line, over a socket pair that the
 * guest finds as file descriptor 3. Not Node's own IPC channel: a guest that writes garbage into that one
 * makes the *host* throw from inside Node, where nothing can catch it.
 */

/** File descriptor of the guest's end of the socket pair. */
export const CHANNEL_FD = 3;
/** Argument of a guest that must not have the network. */
export const DENY_NETWORK = '--deny-network';
/** Longest line either side accepts, in bytes; a longer one ends the guest. */
export const MAX_LINE_BYTES = 8 * 2 ** 20;
/**
 * Most values that a line of a guest may hold. To parse, check and mask a value takes about a microsecond of the
 * server's one thread each, and the longest line has room for millions: two seconds for one line.
 */
export const MAX_VALUES = 200_000;

/**
 * Longest text of a guest that is read, in characters. The host shows less of it, but only cuts what it has
 * scrubbed: the first part of a secret that a cut went through is no match, and would be shown.
 */
export const MAX_TEXT = 64 * 1024;
/** Most frames that are shown of one error. */
export const MAX_STACK_LINES = 12;
/** What a text that was cut ends with: the beginning of a secret may stand before it. */
export const CUT = '…';

/** How a plugin's code is loaded; read off the artifact by the host. */
export type PluginFormat = 'javascript' | 'wasm';
/** What a plugin can do, as its loaded code shows. Order as listed here. */
export const PLUGIN_TYPES = [
  'llm',
  'mcp',
  'http',
  'action',
  'provider',
  'evaluator',
  'service',
  'model',
  'event',
  'route',
  'log',
  'metric',
  'trace',
] as const;
export type PluginType = (typeof PLUGIN_TYPES)[number];

/** Canonical names of gateway hooks; adapters map every other spelling onto these. */
export const HOOKS = [
  'httpTransportPreHook',
  'httpTransportPostHook',
  'httpTransportStreamChunkHook',
  'preLLMHook',
  'postLLMHook',
  'preMCPHook',
  'postMCPHook',
] as const;
export type Hook = (typeof HOOKS)[number];

export interface StartMessage {
  type: 'start';
  format: PluginFormat;
  /** Absolute path of the module to import, or of the .wasm file. */
  entry: string;
  /** Name to fall back to where the code has none of its own. */
  name: string;
  /** The plugin's settings, secrets opened. */
  config: Record<string, unknown>;
  /** The same settings as environment variables, for code that reads process.env. */
  env: Record<string, string>;
  /** False: required settings are missing, so load the code but do not initialise it. */
  initialise: boolean;
  /** False in a trial: services (which may hold ports or logins) are not started. */
  services: boolean;
}

/** What one hook is given; which keys are there depends on the hook. */
export interface HookPayload {
  context?: unknown;
  request?: unknown;
  response?: unknown;
  chunk?: unknown;
  error?: unknown;
}

export type ToGuest =
  | StartMessage
  | { type: 'hook'; id: number; hook: Hook; payload: HookPayload }
  | { type: 'check'; id: number }
  | { type: 'ping'; id: number }
  | { type: 'stop' };

export interface LoadedMessage {
  type: 'loaded';
  /** What the code calls itself, or null. */
  actualName: string | null;
  description: string | null;
  types: PluginType[];
  hooks: Hook[];
  /** Whether the plugin brings a test of its own (`testConnection`, `healthCheck`, `health`, `test`). */
  hasCheck: boolean;
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What went wrong in the plugin's code. */
export interface Failure {
  /** One line: message, causes, and the place in the author's source. */
  message: string;
  /** The plugin's own frames as Node writes them, innermost first; empty where there are none. */
  stack: string[];
}

export type ToHost =
  | LoadedMessage
  /**
   * `initialised` is false when the start message said not to. `addressInUse`: a server of the plugin could not
   * listen, and the plugin goes on without it.
   */
  | { type: 'ready'; initialised: boolean; addressInUse: boolean }
  | ({ type: 'failed' } & Failure)
  | { type: 'result'; id: number; ok: true; value: unknown }
  | ({ type: 'result'; id: number; ok: false } & Failure)
  | { type: 'log'; level: LogLevel; line: string }
  | { type: 'pong'; id: number }
  | { type: 'stopped' };

/** The text, or its beginning and a sign that there was more. */
export function cutText(text: string, longest = MAX_TEXT): string {
  return text.length > longest ? text.slice(0, longest) + CUT : text;
}

/** One message as a line for the channel. */
export function encode(message: ToGuest | ToHost): string {
  return `${JSON.stringify(message)}\n`;
}

const [QUOTE, BACKSLASH, COMMA, BRACKET, BRACE] = [0x22, 0x5c, 0x2c, 0x5b, 0x7b];

/** Whether JSON text holds more values than are read; told without parsing it, whatever the text is. */
export function hasTooManyValues(json: string): boolean {
  let values = 0;
  let isText = false;
  for (let at = 0; at < json.length; at += 1) {
    const unit = json.charCodeAt(at);
    if (isText && unit === BACKSLASH) at += 1;
    else if (unit === QUOTE) isText = !isText;
    else if (!isText && (unit === COMMA || unit === BRACKET || unit === BRACE)) values += 1;
    if (values > MAX_VALUES) return true;
  }
  return false;
}

/**
 * Reads one line that a guest wrote. Nothing about it is believed.
 * @returns the message, rebuilt field by field, or null when it is none
 */
export function decodeFromGuest(line: string): ToHost | null {
  const value = parseObject(line);
  if (!value) return null;
  const { type, id } = value;
  switch (type) {
    case 'loaded':
      return decodeLoaded(value);
    case 'ready':
      return {
        type,
        initialised: value.initialised === true,
        addressInUse: value.addressInUse === true,
      };
    case 'failed':
      return { type, ...decodeFailure(value, 'no cause given') };
    case 'result':
      if (!isId(id)) return null;
      if (value.ok === true) return { type, id, ok: true, value: value.value ?? null };
      return { type, id, ok: false, ...decodeFailure(value, 'failed') };
    case 'log':
      if (typeof value.line !== 'string') return null;
      return { type, level: isLevel(value.level) ? value.level : 'info', line: value.line };
    case 'pong':
      return isId(id) ? { type, id } : null;
    case 'stopped':
      return { type };
    default:
      return null;
  }
}

function decodeFailure({ message, stack }: Record<string, unknown>, otherwise: string): Failure {
  const lines = Array.isArray(stack) ? stack.slice(0, MAX_STACK_LINES) : [];
  return {
    message: typeof message === 'string' ? cutText(message) : otherwise,
    stack: lines.filter((line) => typeof line === 'string').map((line) => cutText(line)),
  };
}

function decodeLoaded(value: Record<string, unknown>): LoadedMessage {
  const { actualName, description, types, hooks } = value;
  return {
    type: 'loaded',
    actualName: typeof actualName === 'string' ? cutText(actualName) : null,
    description: typeof description === 'string' ? cutText(description) : null,
    types: PLUGIN_TYPES.filter((t) => Array.isArray(types) && types.includes(t)),
    hooks: HOOKS.filter((h) => Array.isArray(hooks) && hooks.includes(h)),
    hasCheck: value.hasCheck === true,
  };
}

function parseObject(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

const isId = (value: unknown): value is number => Number.isSafeInteger(value);
const isLevel = (value: unknown): value is LogLevel =>
  value === 'debug' || value === 'info' || value === 'warn' || value === 'error';
