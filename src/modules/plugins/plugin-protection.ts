import { Injectable } from '@nestjs/common';
import { Conflict } from '../../platform/http/errors.js';
import type { PluginEntity } from './plugin.entity.js';

/** Tells why a plugin must stay and run, or null where nothing speaks against its end. */
export type Protect = (plugin: Pick<PluginEntity, 'id' | 'source' | 'npmName'>) => string | null;

/** Who must stay: what other modules protect is neither deleted nor uninstalled nor disabled. */
@Injectable()
export class PluginProtection {
  private readonly rules: Protect[] = [];

  /** For modules, at start. */
  define(rule: Protect): void {
    this.rules.push(rule);
  }

  /** @throws Conflict `plugin_required` where the change would end a protected plugin; null: it is deleted */
  check(before: PluginEntity, after: PluginEntity | null): void {
    const ends = after === null || (before.enabled && !after.enabled);
    if (!ends) return;
    for (const rule of this.rules) {
      const reason = rule(before);
      if (reason !== null) throw new Conflict('plugin_required', reason);
    }
  }
}
