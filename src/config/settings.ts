import { parseRegistrySources } from './registry-sources.js';
import { choice, flag, integer, list, mapping, setting, text } from './setting.js';

export type { Setting } from './setting.js';

/** Every setting there is. */
export const SETTINGS = {
  PORT: integer('TCP port to listen on; 0 takes a free one.', 8080, 0, 65_535),
  HOST: text('Address to listen on. Where it is a loopback address, the other one is held too.', '127.0.0.1'),
  DATA_DIR: text('Folder for the embedded database, secrets, plugin files and downloads.', '.data'),
  NODE_NAME: text('Name of this server where nodes are listed. Empty: the name of its host.'),
  DATABASE_URL: text('Postgres 15 or newer, as a URL. Empty: an embedded Postgres 18 in DATA_DIR.'),
  DATABASE_POOL: integer('Connections to Postgres that this process may open.', 10, 2, 200),
  DATABASE_TIMEOUT: integer(
    'Longest wait for one answer of Postgres, in milliseconds.',
    10_000,
    100,
    600_000,
  ),
  JWT_SECRET: text('Secret of HS256 tokens, 32 characters or more. Empty: made once and kept in DATA_DIR.'),
  JWT_JWKS_URL: text('Address of a JWKS; tokens are then checked with its keys instead of JWT_SECRET.'),
  JWT_ALGORITHM: choice('Algorithm of the tokens when JWT_JWKS_URL is set.', 'RS256', [
    'RS256',
    'ES256',
    'EdDSA',
  ] as const),
  JWT_ISSUER: text(
    'Issuer that tokens must name with JWT_JWKS_URL. Without it: whom tokens signed with JWT_SECRET may name as issuer beside "plugboard".',
  ),
  JWT_AUDIENCE: text(
    'Audience that tokens must name with JWT_JWKS_URL. Without it: what tokens signed with JWT_SECRET may name as audience beside "plugboard".',
  ),
  JWT_SCOPE_CLAIMS: list(
    'Claims that scopes of tokens stand in that others sign, as text with spaces or as a list, comma-separated; a dot leads into an object: `scp`, `roles`, `permissions`, `realm_access.roles`, `resource_access.<client>.roles`.',
    'scope,scopes',
  ),
  JWT_SCOPE_MAP: mapping(
    'What the values of JWT_SCOPE_CLAIMS stand for, `value=scope scope`, comma-separated: `plugin-admins=admin,Plugins.Read=plugins:read registry:read`. Other values give nothing then. Empty: values are scopes themselves.',
  ),
  SECRETS_KEY: list(
    'Keys for plugin secrets, 32 bytes each as base64 or hex, comma-separated: the first encrypts, all decrypt. Empty: made once and kept in DATA_DIR.',
  ),
  PLUGIN_ROOTS: list('Folders that path plugins may live in, comma-separated. Empty: DATA_DIR/custom.'),
  OUTBOUND_ALLOW: list(
    'Hosts, addresses and CIDRs that downloads, those of npm archives too, may reach although they are private, comma-separated. The npm registries that are configured need not be listed.',
  ),
  HTTP_PROXY: text('Proxy that http addresses are reached through, as URL; `http_proxy` is read too.'),
  HTTPS_PROXY: text('Proxy that https addresses are reached through, as URL; `https_proxy` is read too.'),
  NO_PROXY: list(
    'Hosts and addresses that are reached without a proxy, comma-separated: `.example.com` and `example.com` mean all below it too, `*` all. `no_proxy` is read too.',
  ),
  OUTBOUND_MAX_BYTES: integer('Largest download, in bytes.', 100 * 2 ** 20, 1, 2 ** 40),
  SHARED_FILE_MAX_BYTES: integer(
    'Largest file (a download, the build of a local copy) that Postgres keeps for the other servers, in bytes; a larger download each of them fetches from its origin. 0: none is kept.',
    100 * 2 ** 20,
    0,
    2 ** 40,
  ),
  OUTBOUND_TIMEOUT: integer('Longest download, in milliseconds.', 60_000, 100, 3_600_000),
  GUEST_HEAP_MB: integer('JavaScript heap of one plugin process, in MiB.', 128, 16, 65_536),
  GUEST_MEMORY_MB: integer(
    'All memory one plugin process may allocate beyond what an idle one takes, in MiB.',
    512,
    128,
    65_536,
  ),
  GUEST_NETWORK: flag(
    'JavaScript plugins may use the network. false needs Node 25 or newer; WebAssembly plugins have none there in any case.',
    true,
  ),
  GUEST_START_TIMEOUT: integer('Longest start of a plugin, in milliseconds.', 15_000, 100, 600_000),
  READY_TIMEOUT: integer(
    'Longest time after its start that a server waits for its enabled plugins before `/health/ready` answers 200, in milliseconds; 0: it does not wait.',
    60_000,
    0,
    3_600_000,
  ),
  GUEST_CALL_TIMEOUT: integer('Longest single call into a plugin, in milliseconds.', 10_000, 10, 600_000),
  GUEST_STOP_TIMEOUT: integer(
    'Time a plugin gets to stop before it is killed, in milliseconds.',
    3_000,
    10,
    60_000,
  ),
  GUEST_SPARES: integer(
    'Processes kept waiting for the plugins that were changed or tried last, whose next start they make faster; 0: none.',
    1,
    0,
    64,
  ),
  JOB_CONCURRENCY: integer('Jobs, such as installations, that this process runs at the same time.', 2, 1, 64),
  PLUGIN_KEEP_VERSIONS: integer(
    'Versions of an installed package that are kept, the one in use included.',
    3,
    1,
    100,
  ),
  NPM_REGISTRY: text(
    "Address of the npm registry. Empty: the one that npm's own configuration (.npmrc) names.",
  ),
  INSTALL_TIMEOUT: integer(
    'Longest fetch and build of a package, in milliseconds.',
    300_000,
    1_000,
    3_600_000,
  ),
  POLICY_MIN_RELEASE_AGE: integer(
    'Minutes a package version, and each dependency, must have been published before it is installed.',
    0,
    0,
    5_256_000,
  ),
  POLICY_ALLOW: list(
    'Package names that may be installed, `*` for any characters, comma-separated. Empty: all.',
  ),
  POLICY_DENY: list('Package names that may not be installed, nor as dependencies, comma-separated.'),
  POLICY_REQUIRE_SIGNATURE: flag(
    'Install only packages whose registry signature is verified, and those of their dependencies.',
    false,
  ),
  POLICY_REQUIRE_PROVENANCE: flag('Install only packages whose provenance is verified.', false),
  SIGSTORE_MIRROR: text(
    'Address of the TUF repository that names the authorities and logs provenance is checked with. Empty: that of the public Sigstore.',
  ),
  SIGSTORE_ROOT: text('File with the `root.json` that the repository at SIGSTORE_MIRROR is known by.'),
  POLICY_MAX_UNPACKED_MB: integer(
    'Most a package may take with its dependencies when unpacked, in MiB.',
    1024,
    1,
    1_048_576,
  ),
  POLICY_MAX_FILES: integer('Most files a package may have with its dependencies.', 100_000, 1, 10_000_000),
  POLICY_LICENSES: list('Licences (SPDX identifiers) that packages may have, comma-separated. Empty: any.'),
  REGISTRY_SOURCES: setting(
    'Catalogues of plugins, a JSON list of `{"kind":"eliza|npm|mcp|plugboard","url":"…","label":"…","priority":100}`. With `file` instead of `url` for eliza, `keyword` for npm, `token` where one is asked for; the smaller priority wins. Unless set, `{"kind":"embedded"}` is read, a small catalogue that comes with the server; `[]` is none at all.',
    '[{"kind":"embedded"}]',
    parseRegistrySources,
  ),
  REGISTRY_REFRESH_INTERVAL: integer(
    'Time between two refreshes of the catalogue, in milliseconds.',
    21_600_000,
    60_000,
    604_800_000,
  ),
  REGISTRY_TIMEOUT: integer('Longest reading of one catalogue, in milliseconds.', 600_000, 100, 3_600_000),
  REGISTRY_MAX_ENTRIES: integer('Most plugins that one catalogue may name.', 2_000_000, 1, 10_000_000),
  CORE_PLUGINS_FILE: text(
    'JSON file with the core plugins, `[{"name","npmName","required"}]`. Empty: the built-in list.',
  ),
  CORE_AUTO_INSTALL: flag('Install required core plugins that are missing when the server starts.', false),
  RATE_LIMIT_TOKEN: integer(
    'Requests a minute of one token (all tokens of one subject or virtual key together), on all servers; 0: any number.',
    60_000,
    0,
    1_000_000_000,
  ),
  RATE_LIMIT_ADDRESS: integer(
    'Requests a minute from one address (a /64 of IPv6), on all servers; 0: any number.',
    120_000,
    0,
    1_000_000_000,
  ),
  RATE_LIMIT_FAILURES: integer(
    'Tokens a minute that one address may show that are none, on all servers; 0: any number.',
    600,
    0,
    1_000_000_000,
  ),
  TRUSTED_PROXIES: list(
    'Addresses and CIDRs of proxies before the server, whose X-Forwarded-For names the client, comma-separated.',
  ),
  CORS_ORIGINS: list(
    'Web origins whose scripts may call the API from a browser, such as `https://console.example`, comma-separated. Empty: none.',
  ),
  STREAMS_PER_CALLER: integer(
    'Event streams that one caller (all tokens of one subject or virtual key together) may have open on this server.',
    20,
    1,
    1_000_000,
  ),
  STREAMS_TOTAL: integer('Event streams that this server keeps open.', 2_000, 1, 1_000_000),
  AUDIT_RETENTION_DAYS: integer('Days that rows of the audit trail are kept.', 365, 1, 36_500),
  AUDIT_MAX_ROWS: integer(
    'Rows of the audit trail that are kept at most; the oldest go first.',
    5_000_000,
    1_000,
    1_000_000_000,
  ),
  EVENT_RETENTION_DAYS: integer(
    'Days that events are kept, so long can a stream be resumed (`Last-Event-ID`).',
    7,
    1,
    3_650,
  ),
  EVENT_MAX_ROWS: integer(
    'Events that are kept at most; the oldest go first.',
    1_000_000,
    1_000,
    1_000_000_000,
  ),
  JOB_RETENTION_DAYS: integer('Days that jobs are kept after their end.', 90, 1, 36_500),
  JOB_MAX_ROWS: integer(
    'Ended jobs that are kept at most; the oldest go first.',
    100_000,
    100,
    1_000_000_000,
  ),
  AGENT_RETENTION_DAYS: integer('Days without a heartbeat after which an agent is removed.', 90, 1, 36_500),
  AGENT_MAX: integer('Agents that one owner may have registered.', 100_000, 1, 100_000_000),
  MAX_CONNECTIONS: integer('Connections that this process keeps open.', 10_000, 10, 1_000_000),
  HEADERS_TIMEOUT: integer(
    'Time a client has for the headers of a request, in milliseconds.',
    10_000,
    100,
    600_000,
  ),
  REQUEST_TIMEOUT: integer('Time a client has for a whole request, in milliseconds.', 60_000, 100, 3_600_000),
  STALL_TIMEOUT: integer(
    'Longest time a client may take nothing of an answer before it is cut off, in milliseconds.',
    30_000,
    100,
    600_000,
  ),
  OVERLOAD_REQUESTS: integer(
    'Requests that this process works on at the same time; more are answered 503.',
    1_000,
    1,
    1_000_000,
  ),
  OVERLOAD_DELAY: integer(
    'Longest turn of the event loop, in milliseconds, after which the requests still in it are answered 503.',
    250,
    10,
    60_000,
  ),
  REGISTRY_URL: text(
    'Address of the registry that this server reports to: another Plugboard. It may be private.',
  ),
  REGISTRY_TOKEN: text('Token for REGISTRY_URL: a virtual key made there, with registry:write.'),
  REGISTRY_AUTO_REGISTER: flag('Register at REGISTRY_URL when the server starts.', false),
  REGISTRY_SYNC_INTERVAL: integer(
    'Time between two heartbeats to REGISTRY_URL, in milliseconds.',
    300_000,
    1_000,
    86_400_000,
  ),
  PUBLIC_URL: text('Address that others reach this server at, told to REGISTRY_URL.'),
  AGENT_NAME: text('Name that this server, with all its replicas, registers under.', 'plugboard'),
  LOG_LEVEL: choice('Least severe log line to print.', 'info', [
    'trace',
    'debug',
    'info',
    'warn',
    'error',
    'fatal',
  ] as const),
  NODE_ENV: text('"production" refuses to make secrets up: give JWT_SECRET and SECRETS_KEY.'),
} as const;
