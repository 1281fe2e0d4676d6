import semver from 'semver';
import type { ClosureDetails } from './closure-details.js';
import type { ClosureManifests } from './closure-manifests.js';
import type { PeerProblem } from './lockfile-peers.js';
import type { PackageManifest } from './package-registry.client.js';
import type { Trust } from './package-verifier.js';

export const WARNING_CODES = [
  'catalogue_version',
  'advisory',
  'deprecated',
  'signature',
  'provenance',
  'young_release',
  'peer',
  'native_addon',
  'engine',
  'install_script',
  'size_unknown',
] as const;

/** Something to know before a package is installed; it does not refuse it. */
export interface PlanWarning {
  readonly code: (typeof WARNING_CODES)[number];
  /** `name@version` that it is about. */
  readonly package: string;
  readonly message: string;
}

export interface WarningFacts {
  /** `name@version` of the package itself. */
  readonly own: string;
  readonly trust: Trust;
  readonly manifests: ClosureManifests;
  readonly details: ClosureDetails;
  readonly peers: readonly PeerProblem[];
}

type Rule = (facts: WarningFacts) => PlanWarning[];

/** Minutes: most malicious releases are found out and withdrawn within days. */
const YOUNG = 3 * 24 * 60;
const MOST_TEXT = 300;
/** What packages use that build or fetch native code. */
const NATIVE_TOOLS = [
  'node-gyp-build',
  'node-addon-api',
  'bindings',
  'prebuild-install',
  'node-pre-gyp',
  '@mapbox/node-pre-gyp',
];

const RULES: readonly Rule[] = [
  advisories,
  deprecations,
  unverified,
  young,
  peerTrouble,
  nativeCode,
  engines,
  scripts,
  unknownSizes,
];

/** Warnings about a plan, the gravest kind first. Pure. */
export function planWarnings(facts: WarningFacts): PlanWarning[] {
  return RULES.flatMap((rule) => rule(facts));
}

function advisories({ trust }: WarningFacts): PlanWarning[] {
  return (trust.advisories ?? []).map((one) => ({
    code: 'advisory',
    package: one.package,
    message: `${one.severity}: ${one.title}${one.url === null ? '' : ` (${one.url})`}`,
  }));
}

function deprecations(facts: WarningFacts): PlanWarning[] {
  return aboutEach(facts, 'deprecated', ({ deprecated }) =>
    typeof deprecated === 'string' && deprecated !== '' ? deprecated : null,
  );
}

function unverified({ own, trust }: WarningFacts): PlanWarning[] {
  const { verified, ...others } = trust.dependencies;
  const [unsigned] = Object.values(others).filter((count) => count > 0);
  const found: [PlanWarning['code'], boolean, string][] = [
    ['signature', trust.signature !== 'verified', `Its registry signature is "${trust.signature}".`],
    ['signature', unsigned !== undefined, `Of its dependencies ${verified} are verified; ${tally(others)}.`],
    ['provenance', trust.provenance !== 'verified', `Its provenance is "${trust.provenance}".`],
  ];
  return found.flatMap(([code, applies, message]) => (applies ? [{ code, package: own, message }] : []));
}

function young({ own, trust: { age } }: WarningFacts): PlanWarning[] {
  if (age === null || age >= YOUNG) return [];
  const hours = Math.floor(age / 60);
  return [{ code: 'young_release', package: own, message: `It was published ${hours} hours ago.` }];
}

function peerTrouble({ peers }: WarningFacts): PlanWarning[] {
  return peers.map(({ package: name, peer, wanted, found }) => ({
    code: 'peer',
    package: name,
    message: `It asks for ${peer} ${wanted}, and gets ${found ?? 'none'}.`.slice(0, MOST_TEXT),
  }));
}

function nativeCode(facts: WarningFacts): PlanWarning[] {
  return aboutEach(facts, 'native_addon', (manifest) => {
    const isNative =
      manifest['gypfile'] === true ||
      manifest['binary'] !== undefined ||
      (typeof manifest['main'] === 'string' && manifest['main'].endsWith('.node')) ||
      NATIVE_TOOLS.some((name) => Object.hasOwn(objectOf(manifest['dependencies']), name));
    return isNative ? 'It has native code, which plugins cannot load.' : null;
  });
}

function engines(facts: WarningFacts): PlanWarning[] {
  return aboutEach(facts, 'engine', (manifest) => {
    const wanted = objectOf(manifest['engines'])['node'];
    if (typeof wanted !== 'string' || semver.validRange(wanted) === null) return null;
    return semver.satisfies(process.version, wanted, { includePrerelease: true })
      ? null
      : `It asks for Node ${wanted}; this is ${process.version}.`;
  });
}

function scripts({ details }: WarningFacts): PlanWarning[] {
  return details.scripts.map(({ package: name, script, command }) => ({
    code: 'install_script',
    package: name,
    message: `Its ${script} script will not run: ${command}`.slice(0, MOST_TEXT),
  }));
}

function unknownSizes({ own, details: { total } }: WarningFacts): PlanWarning[] {
  if (total.unknown === 0) return [];
  const message = `The registry does not tell the size of ${total.unknown} of ${total.packages} packages.`;
  return [{ code: 'size_unknown', package: own, message }];
}

/** Asks every package that is fetched on this platform. */
function aboutEach(
  { details, manifests }: WarningFacts,
  code: PlanWarning['code'],
  say: (manifest: PackageManifest) => string | null,
): PlanWarning[] {
  return details.packages.flatMap(({ name, version, otherPlatform }) => {
    const manifest = manifests.get(`${name}@${version}`);
    const message = manifest && !otherPlatform ? say(manifest) : null;
    if (message === null) return [];
    return [{ code, package: `${name}@${version}`, message: message.slice(0, MOST_TEXT) }];
  });
}

function tally(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([verdict, count]) => `${count} ${verdict}`)
    .join(', ');
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
