import type { PatchPluginDto } from './plugin-patch.dto.js';
import type { Placement } from './plugin.entity.js';
import type { MergeRule } from './plugin-settings.js';

/** What a request changes of a plugin. What is undefined is left alone, what is null is taken away. */
export interface PluginChange {
  enabled?: boolean | undefined;
  config?: Record<string, unknown> | null | undefined;
  path?: string | null | undefined;
  placement?: Placement | null | undefined;
  order?: number | null | undefined;
  checksum?: string | null | undefined;
}

/**
 * Reads a request to create, replace or patch a plugin. In a merge patch null takes away; elsewhere it is what a
 * plugin shows where nothing is set, and changes nothing when it is sent back.
 */
export function readChange(dto: PatchPluginDto, rule: MergeRule): PluginChange {
  const { enabled, config, order, checksum } = dto;
  const read: PluginChange = {
    enabled: enabled ?? undefined,
    config,
    path: dto.path === '' ? null : dto.path,
    placement: dto.placement === '' ? null : dto.placement,
    order,
    checksum,
  };
  const isGiven = (value: unknown): boolean =>
    value !== undefined && (rule === 'merge-patch' || value !== null);
  return Object.fromEntries(Object.entries(read).filter(([, value]) => isGiven(value)));
}
