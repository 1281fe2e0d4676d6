import type { CatalogEntry } from './catalog-entry.js';
import type { Mention, SourcedEntry } from './catalog-reads.repository.js';
import type { CatalogPluginDetailsDto, CatalogPluginDto } from './catalog.dto.js';
import type { Presence } from './plugin-presence.js';

/** An entry as lists show it. */
export function presentEntry({ source, entry }: SourcedEntry, presence: Presence): CatalogPluginDto {
  const { name, displayName, description, kind, category, npm, git, supports } = entry;
  const { gitRepo, gitUrl, homepage, topics, stars, language, notInstallable } = entry;
  return {
    ...{ name, displayName, description, kind, category, source, npm },
    ...presence,
    installable: notInstallable === null,
    ...(notInstallable !== null && { notInstallable }),
    ...(entry.deprecated !== null && { deprecated: entry.deprecated }),
    ...{ gitRepo, gitUrl, homepage, topics, stars, language, supports, git },
  };
}

/** An entry with all that is known of it. */
export function presentDetails(
  found: SourcedEntry,
  presence: Presence,
  sources: Mention[],
): CatalogPluginDetailsDto {
  const { repository, tags, license }: CatalogEntry = found.entry;
  const author = found.entry.author ?? ownerOf(found.entry);
  const server = JSON.parse(found.entry.server ?? 'null') as Record<string, unknown> | null;
  return {
    ...presentEntry(found, presence),
    author,
    repository: repository ?? '',
    tags,
    license,
    server,
    sources,
  };
}

/** Whose repository it is, else whose scope: consoles show an author as text. */
function ownerOf({ gitRepo, name }: CatalogEntry): string {
  return gitRepo?.split('/')[0] ?? /^@([^/]+)\//.exec(name)?.[1] ?? '';
}
