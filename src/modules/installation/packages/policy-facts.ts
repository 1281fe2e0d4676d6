import { Unprocessable } from '../../../platform/http/errors.js';
import { enforce, type PolicyFacts, type PolicySettings } from './package-policy.js';
import type { ResolvedPackage } from './package-registry.client.js';
import { type Trust, worstSignature } from './package-verifier.js';

/** What the policy is asked before anything of a version is fetched. */
export function factsOf({ name, publishedAt, manifest }: ResolvedPackage): PolicyFacts {
  return { name, publishedAt, license: manifest.license };
}

/**
 * Judges what is known of where a version and its dependencies come from: first by the policy, which names its rule,
 * then what is proven wrong, which no policy lets in.
 * @throws Unprocessable `policy_refused`, `package_refused`
 */
export function enforceEvidence(name: string, trust: Trust, settings: PolicySettings): void {
  const { provenance } = trust;
  const causes = trust.causes.filter((cause) => !cause.startsWith('advisories'));
  const signature = worstSignature(trust);
  enforce({ name, signature, provenance, causes }, settings);
  if (signature !== 'invalid' && provenance !== 'invalid') return;
  throw new Unprocessable(
    'package_refused',
    `"${name}" is not what its registry signed: ${causes.join('; ')}.`,
    'name',
  );
}
