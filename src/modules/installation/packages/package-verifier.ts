import { Unprocessable } from '../../../platform/http/errors.js';
import { type Advisory, findAdvisories } from './advisories.js';
import { eachOf } from './each-of.js';
import type { SkippedScript } from './install-scripts.js';
import type { LockedPackage } from './lockfile.js';
import {
  type PackageManifest,
  type PackageRegistryClient,
  type ResolvedPackage,
  type Signatures,
  readDist,
} from './package-registry.client.js';
import type { ProvenanceFinding, ProvenanceVerifier } from './provenance.js';
import {
  type RegistryKeys,
  type SignatureFinding,
  type SignatureVerdict,
  checkSignatures,
  fetchRegistryKeys,
} from './registry-keys.js';
import type { RegistryTransport } from './registry-transport.client.js';

/** What is known of where a version comes from: evidence, kept with it and shown. */
export interface Trust {
  /** `sha512-…` of the archive, which its bytes were checked against. */
  readonly integrity: string;
  readonly signature: SignatureVerdict;
  readonly provenance: ProvenanceFinding['verdict'];
  /** The build that signed the provenance. */
  readonly builder: string | null;
  /** ISO time; null where the registry does not tell. */
  readonly publishedAt: string | null;
  /** Minutes between publication and this check. */
  readonly age: number | null;
  /** Install scripts that were not run. */
  readonly scripts: readonly SkippedScript[];
  /** Of the whole closure; null when no registry could say, which is not the same as none. */
  readonly advisories: readonly Advisory[] | null;
  /** How the signatures of the dependencies were found. */
  readonly dependencies: Readonly<Record<SignatureVerdict, number>>;
  /** Why something is not `verified`, one line each. */
  readonly causes: readonly string[];
}

/** What the registry says of a version; null when it does not. */
type ManifestOf = (locked: LockedPackage) => Promise<PackageManifest | null>;

const CONCURRENCY = 12;
const MOST_CAUSES = 20;
const WORST_FIRST: readonly SignatureVerdict[] = ['invalid', 'unavailable', 'unsigned', 'verified'];

/** Gathers the evidence for a closure; what to make of it is for the policy. */
export class PackageVerifier {
  constructor(
    private readonly transport: RegistryTransport,
    private readonly registry: PackageRegistryClient,
    private readonly provenance: ProvenanceVerifier,
  ) {}

  /**
   * @param manifestOf what the registry says of a dependency whose signatures are not known
   * @throws Unprocessable `integrity_mismatch` when the lockfile's hash is not the registry's; the signal's reason
   */
  async verify(
    resolved: ResolvedPackage,
    closure: readonly LockedPackage[],
    signal?: AbortSignal,
    manifestOf: ManifestOf = (one) => this.registry.manifest(one.name, one.version, signal),
  ): Promise<Trust> {
    const { name, version, dist, publishedAt } = resolved;
    const own = closure.find((one) => one.name === name && one.version === version);
    if (own?.integrity !== dist.integrity)
      throw new Unprocessable(
        'integrity_mismatch',
        `The registry gives two hashes for ${name}@${version}.`,
        'name',
      );
    const warned = findAdvisories(this.transport, closure, signal);
    // Awaited below, and its failure is not to be missed when another one comes first.
    warned.catch(() => undefined);
    const keys = await fetchRegistryKeys(this.transport, name, signal);
    const signature = checkSignatures({ ...own, signatures: dist.signatures, publishedAt }, keys);
    const others = closure.filter((one) => one !== own);
    const [dependencies, provenance, { advisories, cause }] = await Promise.all([
      this.dependencies(others, { registry: this.transport.registryOf(name), keys }, manifestOf, signal),
      this.provenance.check(resolved, own.integrity, signal),
      warned,
    ]);
    const causes = [
      ...(signature.cause === null ? [] : [`signature: ${signature.cause}`]),
      ...(provenance.cause === null ? [] : [`provenance: ${provenance.cause}`]),
      ...(cause === null ? [] : [`advisories: ${cause}`]),
      ...dependencies.causes,
    ];
    return {
      integrity: own.integrity,
      signature: signature.verdict,
      provenance: provenance.verdict,
      builder: provenance.builder,
      publishedAt: publishedAt?.toISOString() ?? null,
      age: publishedAt ? Math.floor((Date.now() - publishedAt.getTime()) / 60_000) : null,
      scripts: [],
      advisories,
      dependencies: dependencies.counts,
      causes: causes.slice(0, MOST_CAUSES),
    };
  }

  /** Checks signatures of dependencies, where their registry has keys: one small document each. */
  private async dependencies(
    closure: readonly LockedPackage[],
    own: { registry: string; keys: RegistryKeys },
    manifestOf: ManifestOf,
    signal?: AbortSignal,
  ): Promise<DependencyFindings> {
    const known = new Map([[own.registry, Promise.resolve(own.keys)]]);
    const counts = { verified: 0, unsigned: 0, invalid: 0, unavailable: 0 };
    const causes: string[] = [];
    await eachOf(closure, CONCURRENCY, async (locked) => {
      const registry = this.transport.registryOf(locked.name);
      const keys = known.get(registry) ?? fetchRegistryKeys(this.transport, locked.name, signal);
      known.set(registry, keys);
      const { verdict, cause } = await signatureOf(locked, await keys, manifestOf, signal);
      counts[verdict] += 1;
      if (verdict === 'invalid') causes.unshift(`${locked.name}@${locked.version}: ${cause ?? ''}`);
    });
    return { counts, causes };
  }
}

async function signatureOf(
  locked: LockedPackage,
  keys: RegistryKeys,
  manifestOf: ManifestOf,
  signal?: AbortSignal,
): Promise<SignatureFinding> {
  if (keys.keys === null || keys.keys.size === 0)
    return checkSignatures({ ...locked, signatures: [], publishedAt: null }, keys);
  try {
    const signatures = locked.signatures ?? (await manifestOf(locked).then(signaturesIn));
    if (!signatures) return { verdict: 'unavailable', cause: 'the registry does not tell' };
    return checkSignatures({ ...locked, signatures, publishedAt: null }, keys);
  } catch (error) {
    signal?.throwIfAborted();
    return { verdict: 'unavailable', cause: (error as Error).message };
  }
}

function signaturesIn(manifest: PackageManifest | null): Signatures | null {
  return manifest && readDist(manifest).signatures;
}

interface DependencyFindings {
  readonly counts: Record<SignatureVerdict, number>;
  readonly causes: readonly string[];
}

/** The worst verdict among the package and its dependencies: what POLICY_REQUIRE_SIGNATURE is held against. */
export function worstSignature(trust: Pick<Trust, 'signature' | 'dependencies'>): SignatureVerdict {
  return (
    WORST_FIRST.find((verdict) => trust.signature === verdict || trust.dependencies[verdict] > 0) ??
    'unavailable'
  );
}
