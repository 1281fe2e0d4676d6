import { nameKeys } from '../../platform/names.js';
import { CUSTOM } from './plugin-category.js';
import type { PluginEntity } from './plugin.entity.js';

/** The record of a plugin that nothing is known of but its name. */
export function blankRow(name: string, slot: number): PluginEntity {
  const now = new Date();
  const { folded, skeleton } = nameKeys(name);
  return {
    id: name,
    foldedId: folded,
    skeleton,
    slot,
    name,
    source: 'path',
    npmName: null,
    version: null,
    description: '',
    category: CUSTOM,
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
