import { BadRequest } from '../../platform/http/errors.js';
import type { PluginDto, PluginListDto } from './plugin.dto.js';
import type { ListPluginsDto } from './plugin-request.dto.js';

/**
 * The plugins that pass every filter given, one page of them.
 * @param plugins ordered by id
 * @throws BadRequest `parameter_invalid` for a cursor that no page has given
 */
export function filterPlugins(plugins: readonly PluginDto[], query: ListPluginsDto): PluginListDto {
  const matching = plugins.filter((plugin) => passes(plugin, query));
  const after = query.cursor === undefined ? null : readCursor(query.cursor);
  const rest = after === null ? matching : matching.filter(({ id }) => id > after);
  const page = rest.slice(0, query.limit ?? rest.length);
  const last = page.at(-1);
  return {
    plugins: page,
    count: page.length,
    total: matching.length,
    nextCursor: last && rest.length > page.length ? writeCursor(last.id) : null,
  };
}

function passes(plugin: PluginDto, query: ListPluginsDto): boolean {
  const { enabled, active, source, category, type, status, q } = query;
  return (
    (enabled === undefined || plugin.enabled === enabled) &&
    (active === undefined || plugin.isActive === active) &&
    (source === undefined || plugin.source === source) &&
    (category === undefined || plugin.category === category) &&
    (type === undefined || plugin.status.types.includes(type)) &&
    (status === undefined || plugin.status.status === status) &&
    (q === undefined || mentions(plugin, q))
  );
}

function mentions(plugin: PluginDto, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  const { id, name, actualName, npmName, description, tags } = plugin;
  return [id, name, actualName, npmName, description, ...tags].some((said) =>
    said?.toLowerCase().includes(wanted),
  );
}

const writeCursor = (id: string): string => Buffer.from(id).toString('base64url');

function readCursor(cursor: string): string {
  const id = Buffer.from(cursor, 'base64url').toString();
  if (id === '' || writeCursor(id) !== cursor)
    throw new BadRequest('parameter_invalid', 'cursor must be the nextCursor of an answer.', 'cursor');
  return id;
}
