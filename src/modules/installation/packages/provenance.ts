import type { Bundle, VerifyOptions } from 'sigstore';
import type { ResolvedPackage } from './package-registry.client.js';
import type { RegistryTransport } from './registry-transport.client.js';
import type { SigstoreTrust } from './sigstore-trust.js';

export interface ProvenanceFinding {
  readonly verdict: 'verified' | 'absent' | 'invalid' | 'unavailable';
  /** Why, when it is neither `verified` nor `absent`. */
  readonly cause: string | null;
  /** The build that signed, as its certificate names it: a workflow's address, usually. */
  readonly builder: string | null;
}

/** Checks one signed bundle against a transparency log. @throws whatever does not fit */
export type VerifyBundle = (
  bundle: Bundle,
  options: VerifyOptions,
) => Promise<{ identity?: { subjectAlternativeName?: string | undefined } | undefined }>;

interface Attestation {
  readonly predicateType: string;
  readonly bundle: Bundle;
}

const SLSA = 'https://slsa.dev/provenance/';
const TRUST_TIMEOUT_MS = 10_000;

/**
 * Verifies the provenance of a version: an SLSA statement about exactly this name, version and SHA-512, signed with a
 * certificate that names the build, in the transparency log. The trust root of the public log comes with the sigstore
 * package, and is refreshed over the network; where that cannot be reached the finding is `unavailable`, never
 * `verified`. A registry's own key signs no provenance: it says nothing of the build.
 */
export class ProvenanceVerifier {
  constructor(
    private readonly transport: RegistryTransport,
    private readonly trust: SigstoreTrust,
    private readonly verifyBundle: VerifyBundle = verifyWithSigstore,
  ) {}

  /** Never throws but the signal's reason. @param integrity of the archive, `sha512-…` */
  async check(
    resolved: Pick<ResolvedPackage, 'name' | 'version' | 'dist'>,
    integrity: string,
    signal?: AbortSignal,
  ): Promise<ProvenanceFinding> {
    if (resolved.dist.attestations === null) return finding('absent', null);
    let attestations: Attestation[];
    try {
      attestations = await this.fetch(resolved, signal);
    } catch (error) {
      signal?.throwIfAborted();
      return finding('unavailable', `the attestations cannot be had: ${(error as Error).message}`);
    }
    const found = attestations.filter(({ predicateType }) => predicateType.startsWith(SLSA));
    if (found.length === 0) return finding('absent', null);
    let last = finding('absent', null);
    for (const one of found) {
      last = await this.verified(one, resolved, integrity);
      if (last.verdict !== 'verified') return last;
    }
    return last;
  }

  /** Asks the registry of the package, whatever host the address names. */
  private async fetch(
    { name, dist }: Pick<ResolvedPackage, 'name' | 'dist'>,
    signal?: AbortSignal,
  ): Promise<Attestation[]> {
    const url = new URL(dist.attestations ?? '', this.transport.registryOf(name));
    const answer = (await this.transport.json(name, url.pathname.slice(1), signal)) as {
      attestations?: Attestation[];
    } | null;
    if (!Array.isArray(answer?.attestations)) throw new Error('the registry has none where it says');
    return answer.attestations;
  }

  private async verified(
    { bundle }: Attestation,
    { name, version }: Pick<ResolvedPackage, 'name' | 'version'>,
    integrity: string,
  ): Promise<ProvenanceFinding> {
    try {
      const misfit = subjectMisfit(bundle, name, version, integrity);
      if (misfit !== null) return finding('invalid', misfit);
      const signer = await this.verifyBundle(bundle, {
        ...this.trust,
        tufForceCache: true,
        timeout: TRUST_TIMEOUT_MS,
      });
      return finding('verified', null, signer.identity?.subjectAlternativeName ?? null);
    } catch (error) {
      const { message } = error as Error;
      if (isTrustRoot(error) || isNetwork(error))
        return finding('unavailable', `the trust root of the transparency log cannot be had: ${message}`);
      return finding('invalid', message);
    }
  }
}

/** What the statement is about must be this archive; null when it is. */
function subjectMisfit(bundle: Bundle, name: string, version: string, integrity: string): string | null {
  const payload = bundle.dsseEnvelope?.payload;
  if (payload === undefined) return 'the attestation has no statement';
  const statement = JSON.parse(Buffer.from(payload, 'base64').toString('utf8')) as {
    predicateType?: unknown;
    subject?: { name?: unknown; digest?: { sha512?: unknown } }[];
  };
  if (!String(statement.predicateType).startsWith(SLSA)) return 'the attestation says nothing of a build';
  const [subject, ...others] = statement.subject ?? [];
  const hex = Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex');
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  if (others.length > 0 || subject?.name !== purl) return 'the attestation is about another package';
  return subject.digest?.sha512 === hex ? null : 'the attestation is about other bytes';
}

/** The client of the transparency log is loaded when there is something to verify: it is a tenth of a start. */
async function verifyWithSigstore(bundle: Bundle, options: VerifyOptions): ReturnType<VerifyBundle> {
  const { verify } = await import('sigstore');
  return verify(bundle, options);
}

/** By its name: the class comes with what is loaded when needed. */
function isTrustRoot(error: unknown): boolean {
  return error instanceof Error && error.name === 'TUFError';
}

function isNetwork(error: unknown): boolean {
  const { code = '' } = error as { code?: unknown };
  return typeof code === 'string' && /^(TUF_|E[A-Z]{4,})/.test(code);
}

function finding(
  verdict: ProvenanceFinding['verdict'],
  cause: string | null,
  builder: string | null = null,
): ProvenanceFinding {
  return { verdict, cause, builder };
}
