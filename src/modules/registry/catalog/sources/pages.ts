import { BadGateway } from '../../../../platform/http/errors.js';
import { type Foreign, objectOf } from './entry-fields.js';
import type { SourceTask } from './source-reading.js';

/** More pages than any registry has; each holds a hundred or so. */
const MAX_PAGES = 20_000;
const MAX_CURSOR = 2_000;

/**
 * The pages of an API that hands out a cursor with each.
 * @throws BadGateway `catalogue_refresh_failed` for cursors that lead in a circle or nowhere; what the client throws
 */
export async function* pages(
  { source, client, signal }: SourceTask,
  path: string,
  query: Readonly<Record<string, string>>,
): AsyncGenerator<Foreign> {
  const seen = new Set<string>();
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: Foreign = await client.page(source, path, { ...query, ...(cursor && { cursor }) }, signal);
    yield page;
    cursor = nextCursor(page);
    if (cursor === null) continue;
    if (seen.has(cursor) || seen.size >= MAX_PAGES || cursor.length > MAX_CURSOR)
      throw new BadGateway('catalogue_refresh_failed', `The pages of "${source.label}" have no end.`);
    seen.add(cursor);
  }
}

function nextCursor(page: Foreign): string | null {
  const metadata = objectOf(page['metadata']);
  const cursor = metadata['nextCursor'] ?? metadata['next_cursor'] ?? page['nextCursor'];
  return typeof cursor === 'string' && cursor !== '' ? cursor : null;
}
