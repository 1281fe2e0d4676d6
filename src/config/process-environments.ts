const PATH = '/usr/local/bin:/usr/bin:/bin';

/** Proxies, whose addresses may carry a user and a password. */
const PROXIES = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'];

/** What a plugin's process may know of our environment: language, time zone, certificates, proxies. */
const GUEST_VARIABLES = [
  ...PROXIES,
  'LANG',
  'LC_ALL',
  'TZ',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  // Windows starts no process without it.
  'SystemRoot',
];

/**
 * The environment of plugin processes: an allow-list of `env` without the credentials in it, and a plain PATH, never
 * anything else of ours. A plugin that a proxy asks for a password gets one among its own settings.
 */
export function guestEnvironment(env: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const passed = Object.entries(pick(GUEST_VARIABLES, env)).map(([name, value]): [string, string] => [
    name,
    PROXIES.includes(name) || value.includes('://') ? withoutCredentials(value) : value,
  ]);
  return { PATH, ...Object.fromEntries(passed) };
}

/** An address without what stands before its host, in however bad a form it was given, and without its query. */
function withoutCredentials(address: string): string {
  const plain = address.replace(/[?#][^@]*$/, '');
  const at = plain.lastIndexOf('@');
  if (at < 0) return plain;
  return (/^\s*[a-z][a-z\d+.-]*:\/\//i.exec(plain)?.[0] ?? '') + plain.slice(at + 1);
}

function pick(names: readonly string[], env: NodeJS.ProcessEnv): Record<string, string> {
  const set = names.flatMap((name): [string, string][] => {
    const value = env[name];
    return value ? [[name, value]] : [];
  });
  return Object.fromEntries(set);
}

/** What npm's settings are read from: any variable may be one, or be named by one. A copy, for the reader adds to it. */
export function npmSettingsEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return { ...env };
}

/** Where the package manager may keep unfinished files. */
const TEMPORARY_FOLDERS = ['TMPDIR', 'TEMP', 'TMP'];

/**
 * The environment of the package manager, to which its settings are added: what plugins get, and proxies with their
 * credentials: it talks to the registry through them, and runs no code of any package.
 */
export function packageManagerEnvironment(env: NodeJS.ProcessEnv = process.env): Record<string, string> {
  return { PATH, ...pick([...GUEST_VARIABLES, ...TEMPORARY_FOLDERS], env) };
}
