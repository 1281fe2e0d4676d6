import { BadRequest } from '../../../platform/http/errors.js';
import { foldName } from '../../../platform/names.js';
import type { CatalogEntry } from './catalog-entry.js';
import type { PagePlace } from './catalog-reads.repository.js';

/** The cursor of the page after this entry. */
export function writeCursor({ name, notInstallable }: CatalogEntry): string {
  return encode({ installable: notInstallable === null, name: foldName(name) });
}

/** @throws BadRequest `parameter_invalid` for a text that no page has given */
export function readCursor(cursor: string): PagePlace {
  const [group, name = ''] = Buffer.from(cursor, 'base64url').toString().split(' ', 2);
  const place = { installable: group === '1', name };
  if (name === '' || encode(place) !== cursor)
    throw new BadRequest('parameter_invalid', 'cursor must be the nextCursor of an answer.', 'cursor');
  return place;
}

function encode({ installable, name }: PagePlace): string {
  return Buffer.from(`${installable ? 1 : 0} ${name}`).toString('base64url');
}
