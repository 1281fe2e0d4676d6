import semver from 'semver';
import validate from 'validate-npm-package-name';
import { BadRequest } from '../../../platform/http/errors.js';

/**
 * Checks a name with npm's own rules for new packages: lower case, ASCII, URL-safe, at most 214 characters. So
 * a name that only looks like another (by case, width or a letter of another alphabet) is refused, never folded.
 * @throws BadRequest `package_name_invalid`
 */
export function checkPackageName(name: string): void {
  if (typeof name === 'string' && isPackageName(name)) return;
  throw new BadRequest(
    'package_name_invalid',
    `Invalid plugin name format: "${shown(name)}" ${reason(name)}.`,
    'name',
  );
}

/** Whether npm would let a new package have the name. */
export function isPackageName(name: string): boolean {
  return validate(name).validForNewPackages;
}

function reason(name: unknown): string {
  if (typeof name !== 'string') return 'is not a package name: send text, such as "@scope/name"';
  const { errors = [], warnings = [] } = validate(name) as { errors?: string[]; warnings?: string[] };
  const problems = [...errors, ...warnings].join('; ');
  const plain = name.normalize('NFKC').toLowerCase();
  const hint = plain !== name && isPackageName(plain) ? `. Did you mean "${plain}"?` : '';
  return `is not a package name that npm accepts: ${problems}${hint.replace(/\.$/, '')}`;
}

/** A name as it may stand in a message: short, and without characters that change how a line reads. */
function shown(name: unknown): string {
  return String(name)
    .slice(0, 80)
    .replace(/[^\x20-\x7e]/g, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

const MOST_SPEC_CHARACTERS = 256;
/** What npm takes for a path. */
const FILE = /^\.|\.(tgz|tar|tar\.gz)$/i;

/**
 * Checks a wanted version as npm reads it: an exact version, a range, or a dist-tag, which is any other text that needs
 * no escape in a web address.
 * @returns it, trimmed
 * @throws BadRequest `package_version_invalid` for anything else (a URL, a path, an alias)
 */
export function checkVersionSpec(wanted: string): string {
  const text = wanted.trim();
  if (text.length <= MOST_SPEC_CHARACTERS) {
    if (semver.validRange(text, { loose: true }) !== null) return text;
    if (encodeURIComponent(text) === text && !FILE.test(text)) return text;
  }
  throw new BadRequest(
    'package_version_invalid',
    `"${shown(text)}" is no version. Send an exact version (1.2.3), a range (^1.2.0) or a dist-tag (latest).`,
    'version',
  );
}

/**
 * The folder of a package below the packages folder: `@scope/name` becomes `@scope+name`. No two names share
 * one: npm allows `+` in no name, so `@a_b/c` and `@a/b_c` stay apart.
 * @throws BadRequest `package_name_invalid`
 */
export function packageFolder(name: string): string {
  checkPackageName(name);
  return name.replace('/', '+');
}
