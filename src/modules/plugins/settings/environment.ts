import type { JsonObject } from './json.js';
import { type ParameterSet, isUnset } from './parameter.js';
import { readExactValues } from './setting-value.js';

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Names that steer Node, the loader, the shell or TLS instead of the plugin. */
const RESERVED = new Set(
  `PATH HOME SHELL USER LOGNAME PWD OLDPWD TMPDIR TMP TEMP IFS ENV BASH_ENV SHELLOPTS BASHOPTS PS4 HOSTNAME
  GLIBC_TUNABLES GCONV_PATH LOCPATH NLSPATH RES_OPTIONS HOSTALIASES SSL_CERT_FILE SSL_CERT_DIR SSLKEYLOGFILE
  PYTHONPATH PERL5LIB RUBYOPT JAVA_TOOL_OPTIONS COMSPEC SYSTEMROOT WINDIR PATHEXT APPDATA USERPROFILE`.split(
    /\s+/,
  ),
);
const RESERVED_PREFIXES = [
  'NODE_',
  'LD_',
  'DYLD_',
  'NPM_',
  'UV_',
  'OPENSSL_',
  'MALLOC_',
  'ELECTRON_',
  'PLUGBOARD_',
];

/**
 * What the plugin is given: the declared defaults, and over them what is stored. Text is read as its JSON Schema
 * declares it; agent packages declare what the environment gives them, which is text, and read it themselves.
 */
export function effectiveConfig(config: JsonObject, set: ParameterSet): JsonObject {
  const defaults = set.parameters.filter((parameter) => !isUnset(parameter.default));
  const given = {
    ...Object.fromEntries(defaults.map((parameter) => [parameter.key, structuredClone(parameter.default)])),
    ...Object.fromEntries(Object.entries(config).filter(([, value]) => !isUnset(value))),
  };
  return set.source === 'schema' ? readExactValues(given, set) : given;
}

/**
 * The plugin's own values as environment variables: text as it is, other scalars as text, objects and arrays
 * as JSON. Left out: unset values, keys that are no variable names, and names that would steer the process
 * itself (`NODE_OPTIONS`, `LD_PRELOAD`, `PATH` …), in any case.
 * @param config what the plugin is given, defaults included
 */
export function environmentOf(config: JsonObject): Record<string, string> {
  const entries = Object.entries(config)
    .filter(([key, value]) => isOwnVariable(key) && !isUnset(value))
    .map(([key, value]) => [key, textOf(value)] as const)
    // A variable ends at the first NUL; Node refuses to start a process with one.
    .filter(([, text]) => !text.includes('\0'));
  return Object.fromEntries(entries);
}

function isOwnVariable(key: string): boolean {
  const upper = key.toUpperCase();
  if (!NAME.test(key) || key === '__proto__' || RESERVED.has(upper)) return false;
  return !RESERVED_PREFIXES.some((prefix) => upper.startsWith(prefix));
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
