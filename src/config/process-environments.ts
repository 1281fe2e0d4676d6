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

/** What the package manager may know of our environment besides: where the user's npm settings lie. */
const PACKAGE_MANAGER_VARIABLES = [
  'HOME',
  'USERPROFILE',
  'APPDATA',
  'LOCALAPPDATA',
  'XDG_CONFIG_HOME',
  'TMPDIR',
  'TEMP',
  'TMP',
];
const NPM_SETTINGS =
  /^npm_config_(@.+:registry|registry|userconfig|globalconfig|(https[_-])?proxy|no_?proxy|cafile|ca|strict[_-]ssl)$/i;

/**
 * The environment of the package manager: what plugins get, where npm's settings lie, and proxies with their
 * credentials: it talks to the registry through them, and runs no code of any package.
 * @param named variables that the user's npmrc refers to (`${NPM_TOKEN}`)
 */
export function packageManagerEnvironment(
  named: readonly string[] = [],
  env: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  const settings = Object.keys(env).filter((name) => NPM_SETTINGS.test(name));
  const passed = pick([...GUEST_VARIABLES, ...PACKAGE_MANAGER_VARIABLES, ...settings, ...named], env);
  return { PATH, ...passed };
}
