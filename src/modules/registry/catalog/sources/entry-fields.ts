import semver from 'semver';

/** Characters that are not seen, and those that change how a line reads (Unicode TR 36): controls, marks of direction. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;
const REPOSITORY = /^[A-Za-z0-9][\w.-]{0,99}\/(?!\.{1,2}$)[\w.-]{1,100}$/;
const MAX_LINK = 2_048;
const MAX_COUNT = 2 ** 31 - 1;

/** A JSON object of somebody else's, of which nothing is known. */
export type Foreign = Readonly<Record<string, unknown>>;

/** The object, or an empty one: of a field that is missing, null or something else, everything is missing. */
export function objectOf(value: unknown): Foreign {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Foreign) : {};
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

/** One line of plain text, cut at `max` characters; null where there is none. Markup in it is text like any other. */
export function textOf(value: unknown, max: number): string | null {
  if (typeof value !== 'string') return null;
  // Cut twice: the second time what a person sees, the first time so that nothing long is looked at.
  const seen = value
    .slice(0, 8 * max)
    .replace(UNSEEN, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
  // Halves of characters become the replacement character on the way through UTF-8.
  const plain = Buffer.from(seen).toString();
  return plain === '' ? null : cut(plain, max);
}

/** At most `max` UTF-16 units, never half a character. */
function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  const end = /[\uD800-\uDBFF]/.test(text.charAt(max - 1)) ? max - 1 : max;
  return text.slice(0, end);
}

/** Texts, each once, at most `max` of them. */
export function textsOf(value: unknown, max: number, maxLength: number): string[] {
  const texts = listOf(value)
    .slice(0, 4 * max)
    .flatMap((one) => textOf(one, maxLength) ?? []);
  return [...new Set(texts)].slice(0, max);
}

/** An http or https address without credentials. */
export function linkOf(value: unknown): string | null {
  if (typeof value !== 'string' || value.length > MAX_LINK || !URL.canParse(value)) return null;
  const url = new URL(value);
  return /^https?:$/.test(url.protocol) && url.username + url.password === '' ? url.href : null;
}

/** `owner/repo`. */
export function repositoryOf(value: unknown): string | null {
  return typeof value === 'string' && REPOSITORY.test(value) ? value : null;
}

/** `owner/repo` of an address on GitHub in one of the forms that package manifests have. */
export function gitHubRepositoryOf(value: unknown): string | null {
  if (typeof value !== 'string' || value.length > MAX_LINK) return null;
  const path =
    /^(?:git\+)?(?:https?:\/\/|git:\/\/|ssh:\/\/git@)?(?:www\.)?github(?:\.com)?[/:]([^#?\s]+)/.exec(
      value,
    )?.[1];
  const [owner, repo] = (path ?? '').split('/');
  return repositoryOf(`${owner ?? ''}/${(repo ?? '').replace(/\.git$/, '')}`);
}

/** A whole number, 0 where there is none. */
export function countOf(value: unknown): number {
  return typeof value === 'number' && value > 0 ? Math.min(Math.trunc(value), MAX_COUNT) : 0;
}

/** An exact version as npm writes it. */
export function versionOf(value: unknown): string | null {
  return typeof value === 'string' && value.length <= 256 ? semver.valid(value) : null;
}
