import type { PluginEntity } from './plugin.entity.js';
import { foldName } from './plugin-name.js';

/** The record of a plugin that nothing is known of but its name. */
export function blankRow(name: string, slot: number): PluginEntity {
  const now = new Date();
  return {
    id: name,
    foldedId: foldName(name),
    slot,
    name,
    source: 'path',
    npmName: null,
    version: null,
    description: '',
    category: 'custom',
    tags: [],
    enabled: false,
    path: null,
    checksum: null,
    configSchema: null,
    declaration: null,
    configUiHints: {},
    config: null,
    withheld: {},
    placement: null,
    order: null,
    revision: 1,
    createdAt: now,
    updatedAt: now,
  };
}
