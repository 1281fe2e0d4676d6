import { type KeyObject, createPublicKey, verify } from 'node:crypto';
import type { Signatures } from './package-registry.client.js';
import type { RegistryTransport } from './registry-transport.client.js';

export type SignatureVerdict = 'verified' | 'unsigned' | 'invalid' | 'unavailable';

export interface SignatureFinding {
  readonly verdict: SignatureVerdict;
  /** Why, when it is not `verified`. */
  readonly cause: string | null;
}

interface SigningKey {
  readonly key: KeyObject;
  readonly expires: number | null;
}

/** What a registry signs with; `unavailable` says why that cannot be known. */
export type RegistryKeys =
  | { readonly keys: ReadonlyMap<string, SigningKey>; readonly unavailable: null }
  | { readonly keys: null; readonly unavailable: string };

/** What is signed, and when it was published where that is known. */
export interface SignedVersion {
  readonly name: string;
  readonly version: string;
  readonly integrity: string;
  readonly signatures: Signatures;
  readonly publishedAt: Date | null;
}

/** The keys that the registry of a package publishes. A registry without keys has an empty list. Never throws but on abort. */
export async function fetchRegistryKeys(
  transport: RegistryTransport,
  packageName: string,
  signal?: AbortSignal,
): Promise<RegistryKeys> {
  try {
    const answer = (await transport.json(packageName, '-/npm/v1/keys', signal)) as { keys?: unknown } | null;
    return { keys: readKeys(answer?.keys), unavailable: null };
  } catch (error) {
    signal?.throwIfAborted();
    return { keys: null, unavailable: `the registry's keys cannot be had: ${(error as Error).message}` };
  }
}

function readKeys(list: unknown): ReadonlyMap<string, SigningKey> {
  const found = new Map<string, SigningKey>();
  for (const one of Array.isArray(list) ? (list as Record<string, unknown>[]) : []) {
    const { keyid, key, expires } = one;
    if (typeof keyid !== 'string' || typeof key !== 'string') continue;
    const expiry = typeof expires === 'string' ? Date.parse(expires) : NaN;
    found.set(keyid, {
      key: createPublicKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'spki' }),
      expires: Number.isNaN(expiry) ? null : expiry,
    });
  }
  return found;
}

/**
 * Checks registry signatures: ECDSA with SHA-256 over `name@version:integrity`. With the integrity of the lockfile
 * a verified signature covers the very bytes that were unpacked. No signature is `unsigned`; one by a key that the
 * registry does not publish, or that had expired by the time of publication, is `invalid`.
 * Source: npm's documentation, "About registry signatures".
 */
export function checkSignatures(signed: SignedVersion, registry: RegistryKeys): SignatureFinding {
  const { name, version, integrity, signatures } = signed;
  if (registry.keys === null) return { verdict: 'unavailable', cause: registry.unavailable };
  if (registry.keys.size === 0)
    return { verdict: 'unsigned', cause: 'the registry publishes no signing keys' };
  if (signatures.length === 0) return { verdict: 'unsigned', cause: 'the version carries no signature' };
  const text = Buffer.from(`${name}@${version}:${integrity}`);
  for (const { keyid, sig } of signatures) {
    const known = registry.keys.get(keyid);
    if (!known)
      return { verdict: 'invalid', cause: 'it is signed with a key that the registry does not publish' };
    if (known.expires !== null && (signed.publishedAt?.getTime() ?? 0) >= known.expires)
      return { verdict: 'invalid', cause: 'it is signed with a key that had expired' };
    if (!verify('sha256', text, known.key, Buffer.from(sig, 'base64')))
      return { verdict: 'invalid', cause: 'its signature does not fit its name, version and bytes' };
  }
  return { verdict: 'verified', cause: null };
}
