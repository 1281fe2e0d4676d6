/**
 * Given to the package manager (`--global-pnpmfile`), which asks it about every manifest it reads while it resolves.
 * A dependency that is not a version, range, dist-tag or alias of a registry package ends the run before anything of
 * it is fetched: left alone, the package manager would start git or call the address. So does one whose name the
 * argument `--config.denied-names` has. When all is resolved, the closure is told as one more line of its output, with
 * the signatures that the registry gives: then nobody needs to ask for them again.
 */
import semver from 'semver';
import { matches } from './name-pattern.js';

interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly [field: string]: unknown;
}

/** As much of a lockfile as is told. */
interface Resolved {
  readonly packages?: Readonly<Record<string, { readonly resolution?: { readonly integrity?: unknown } }>>;
}

export const RESOLVED = 'plugboard:resolved';
export const DENIED_NAMES = '--config.denied-names=';
const FIELDS = ['dependencies', 'optionalDependencies', 'peerDependencies'];
const ALIAS = /^npm:(@[^/@:]+\/)?[^/@:]+(@[^/:]*)?$/;

const denied = (process.argv.find((argument) => argument.startsWith(DENIED_NAMES)) ?? DENIED_NAMES)
  .slice(DENIED_NAMES.length)
  .split(',')
  .filter((pattern) => pattern !== '');

/** Of every version that was looked at, by `name@version`. */
const signatures = new Map<string, unknown>();

export const hooks = {
  readPackage(manifest: Manifest): Manifest {
    if (manifest['dist'] !== undefined)
      signatures.set(`${manifest.name}@${manifest.version}`, record(manifest['dist'])['signatures'] ?? []);
    for (const field of FIELDS)
      for (const [name, spec] of Object.entries(record(manifest[field]))) {
        if (!isFromRegistry(spec)) throw refusal('ERR_EXOTIC_DEPENDENCY', exoticText(manifest, name, spec));
        if (!isOptionalPeer(manifest, field, name)) refuseDenied(manifest, realName(name, String(spec)));
      }
    return withPeerRanges(manifest);
  },

  afterAllResolved<T extends Resolved>(lockfile: T): T {
    const packages = Object.entries(lockfile.packages ?? {}).map(([key, { resolution }]) => {
      const [id = ''] = key.split('(', 1);
      const at = id.indexOf('@', 1);
      return {
        ...{ name: id.slice(0, at), version: id.slice(at + 1) },
        ...{ integrity: String(resolution?.integrity), signatures: signatures.get(id) },
      };
    });
    process.stdout.write(`${JSON.stringify({ name: RESOLVED, packages })}\n`);
    return lockfile;
  },
};

/**
 * Says in the package manager's terms what npm makes of peers that are asked for by a dist-tag, which are no ranges to
 * it: it installs none without a word. To npm any version of the registry satisfies such a peer, and where there is none
 * it installs what the tag names. `latest` becomes any version; one of another tag becomes a dependency, which is
 * looked up by its tag.
 */
export function withPeerRanges(manifest: Manifest): Manifest {
  const peers = Object.entries(record(manifest['peerDependencies']));
  if (!peers.some(([, spec]) => isTag(spec))) return manifest;
  const becomesDependency = ([name, spec]: [string, unknown]): boolean =>
    isTag(spec) && spec !== 'latest' && !isOptionalPeer(manifest, 'peerDependencies', name);
  const tagged = Object.fromEntries(peers.filter(becomesDependency));
  const ranges = peers
    .filter((peer) => !becomesDependency(peer))
    .map(([name, spec]) => [name, isTag(spec) ? '*' : spec] as const);
  return {
    ...manifest,
    peerDependencies: Object.fromEntries(ranges),
    dependencies: { ...tagged, ...record(manifest['dependencies']) },
  };
}

/** What is no range is a tag, whatever it begins with. */
function isTag(spec: unknown): boolean {
  return typeof spec === 'string' && !spec.startsWith('npm:') && semver.validRange(spec, true) === null;
}

/** Versions, ranges and dist-tags have neither colons nor slashes; addresses, paths and protocols have. */
export function isFromRegistry(spec: unknown): boolean {
  return typeof spec === 'string' && (!/[:/\\]/.test(spec) || ALIAS.test(spec));
}

/** What an alias, `npm:name@version`, stands for. */
export function realName(name: string, spec: string): string {
  if (!spec.startsWith('npm:')) return name;
  const target = spec.slice('npm:'.length);
  const at = target.indexOf('@', 1);
  return at < 0 ? target : target.slice(0, at);
}

function refuseDenied({ name: parent, version }: Manifest, name: string): void {
  const pattern = denied.find((one) => matches(one, name));
  if (pattern === undefined) return;
  const message = `${parent ?? ''}@${version ?? ''} depends on "${name}", which may not be installed.`;
  throw refusal(
    'ERR_DENIED_DEPENDENCY',
    `${message} Take "${pattern}" out of it, or choose another package.`,
  );
}

/** Such a one is not installed for the package's sake. */
function isOptionalPeer(manifest: Manifest, field: string, name: string): boolean {
  if (field !== 'peerDependencies') return false;
  return record(record(manifest['peerDependenciesMeta'])[name])['optional'] === true;
}

function exoticText({ name, version }: Manifest, dependency: string, spec: unknown): string {
  const from = String(spec).slice(0, 200);
  return `${name ?? ''}@${version ?? ''} depends on "${dependency}" from "${from}": only registry versions are installed.`;
}

function refusal(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
