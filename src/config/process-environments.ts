/** What a plugin's process may know of our environment: language, time zone, certificates, proxies. */
const GUEST_VARIABLES = [
  'LANG',
  'LC_ALL',
  'TZ',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  // Windows starts no process without it.
  'SystemRoot',
];

/**
 * The environment of plugin processes: an allow-list of `env` and a plain PATH, never anything else of ours.
 */
export function guestEnvironment(env: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const passed = GUEST_VARIABLES.flatMap((name): [string, string][] => {
    const value = env[name];
    return value ? [[name, value]] : [];
  });
  return { PATH: '/usr/local/bin:/usr/bin:/bin', ...Object.fromEntries(passed) };
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
 * The environment of the package manager: what plugins get, and where npm's settings lie.
 * @param named variables that the user's npmrc refers to (`${NPM_TOKEN}`)
 */
export function packageManagerEnvironment(
  named: readonly string[] = [],
  env: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  const settings = Object.keys(env).filter((name) => NPM_SETTINGS.test(name));
  const passed = [...PACKAGE_MANAGER_VARIABLES, ...settings, ...named].flatMap((name): [string, string][] => {
    const value = env[name];
    return value ? [[name, value]] : [];
  });
  return { ...guestEnvironment(env), ...Object.fromEntries(passed) };
}
