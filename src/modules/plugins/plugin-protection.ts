import { Injectable } from '@nestjs/common';
import type { Conflict } from '../../platform/http/errors.js';
import type { PluginEntity } from './plugin.entity.js';
import { ProtectedNames } from './protected-names.js';

export type Protected = Pick<PluginEntity, 'id' | 'source' | 'npmName'>;

/** What refuses a plugin's end, `deleted` or just turned off; null where nothing speaks against it. */
export type Protect = (plugin: Protected, deleted: boolean) => Promise<Conflict | null> | Conflict | null;

/** Who must stay: what other modules protect is neither deleted nor uninstalled nor disabled. */
@Injectable()
export class PluginProtection {
  private readonly rules: Protect[] = [];

  constructor(readonly names: ProtectedNames) {}

  /** For modules, at start. */
  define(rule: Protect): void {
    this.rules.push(rule);
  }

  /**
   * @param after null: it is deleted
   * @throws Conflict `plugin_required`, `plugin_needed` where the change would end a protected plugin
   */
  async check(before: PluginEntity, after: Pick<PluginEntity, 'enabled'> | null): Promise<void> {
    const ends = after === null || (before.enabled && !after.enabled);
    if (!ends) return;
    for (const rule of this.rules) {
      const refusal = await rule(before, after === null);
      if (refusal) throw refusal;
    }
  }
}
