/** What a publisher may give as checksum; a short one is kept as it is, and can never be verified. */
export const CHECKSUM_FORM = '^[sS][hH][aA]256:[0-9a-fA-F]{1,64}$';

/** The 64 lower-case hex digits of a checksum, or null where it has fewer: then there is nothing to verify by. */
export function fullDigest(checksum: string): string | null {
  return /^sha256:([0-9a-f]{64})$/i.exec(checksum)?.[1]?.toLowerCase() ?? null;
}
