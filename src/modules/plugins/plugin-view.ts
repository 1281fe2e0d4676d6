import type { ActualPlugin } from '../../runtime/host/index.js';
import type { PluginDto } from './plugin.dto.js';
import type { PluginEntity } from './plugin.entity.js';
import type { CheckedSettings, Settings } from './plugin-settings.js';
import { configKeys, mainEnvironmentKey, presentConfig, presentParameters } from './settings/presentation.js';
import { withheldProblems } from './settings/withheld.js';

/** The part of a plugin's object that only a change of what is wanted can change. */
export type WantedView = Omit<
  PluginDto,
  'actualName' | 'isActive' | 'lastExit' | 'loadError' | 'status' | 'description'
> & {
  ownDescription: string;
};

/** Secrets are masked here, once; whatever is made from a view is safe to show. */
export function viewWanted(
  row: PluginEntity,
  { set, config, missing, withheld, warnings }: CheckedSettings,
): WantedView {
  const parameters = presentParameters(config ?? {}, set);
  return {
    id: row.id,
    name: row.name,
    ownDescription: row.description,
    category: row.category,
    tags: row.tags,
    source: row.source,
    npmName: row.npmName,
    version: row.version,
    enabled: row.enabled,
    configured: missing.length === 0,
    envKey: mainEnvironmentKey(parameters),
    parameters,
    validationErrors: [...missing],
    validationWarnings: [...withheldProblems(withheld), ...warnings],
    config: config === null ? null : presentConfig(config, set),
    configKeys: configKeys(config ?? {}, set),
    configUiHints: row.configUiHints,
    isCustom: row.source !== 'bundled',
    path: row.path,
    checksum: row.checksum,
    ...(row.placement !== null && { placement: row.placement }),
    ...(row.order !== null && { order: row.order }),
    revision: row.revision,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

/** What an audit row keeps of a plugin: what is wanted, secrets masked. */
export function viewForAudit(row: PluginEntity, { set, config, withheld }: Settings): object {
  const { name, source, version, enabled, path, checksum, placement, order, revision } = row;
  const shown = config === null ? null : presentConfig(config, set);
  const kept = Object.keys(withheld);
  return {
    ...{ name, source, version, enabled, config: shown, path, checksum, placement, order, revision },
    ...(kept.length > 0 && { withheld: kept }),
  };
}

/** The plugin's whole object: what is wanted, and what this node says of it. */
export function viewPlugin({ ownDescription, ...wanted }: WantedView, actual: ActualPlugin): PluginDto {
  const status = wanted.enabled ? actual.status : 'disabled';
  return {
    ...wanted,
    actualName: actual.actualName || wanted.name,
    description: ownDescription || (actual.description ?? ''),
    isActive: status === 'active',
    loadError: wanted.enabled ? actual.error : null,
    lastExit: actual.lastExit && { ...actual.lastExit, at: actual.lastExit.at.toISOString() },
    status: { name: wanted.name, status, logs: actual.logs, types: actual.types },
  };
}
