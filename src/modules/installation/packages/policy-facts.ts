import type { PolicyFacts } from './package-policy.js';
import type { ResolvedPackage } from './package-registry.client.js';
import { type Trust, worstSignature } from './package-verifier.js';

/** What the policy is asked before anything of a version is fetched. */
export function factsOf({ name, publishedAt, manifest }: ResolvedPackage): PolicyFacts {
  return { name, publishedAt, license: manifest.license };
}

/** What it is asked about where a version and its dependencies come from. */
export function evidenceOf(name: string, trust: Trust): PolicyFacts {
  return { name, signature: worstSignature(trust), provenance: trust.provenance };
}
