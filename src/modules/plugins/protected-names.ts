import { Injectable } from '@nestjs/common';
import { Forbidden } from '../../platform/http/errors.js';
import type { Actor } from '../../platform/http/request.js';
import { allows } from '../../platform/http/scopes.js';
import { looksLike } from '../../platform/names.js';
import { PluginsService } from './plugins.service.js';

/** Returns whose name it is, such as `the core plugin "sql"`; null where it is nobody's. */
export type NameRule = (name: string) => Promise<string | null> | string | null;

/**
 * Keeps names that mean trusted code: of bundled and installed plugins, and what other modules add (core plugins,
 * npm packages that a catalog lists). Under such a name only those who may install may publish or create anything,
 * since the next installation by that name could take it.
 */
@Injectable()
export class ProtectedNames {
  private readonly rules: NameRule[] = [(name) => this.ofPlugin(name)];

  constructor(private readonly plugins: PluginsService) {}

  /** For modules, at start. */
  define(rule: NameRule): void {
    this.rules.push(rule);
  }

  /** @throws Forbidden `name_protected` */
  async check({ scopes }: Actor, name: string): Promise<void> {
    if (allows(scopes, 'plugins:install')) return;
    for (const rule of this.rules) {
      const whose = await rule(name);
      if (whose === null) continue;
      throw new Forbidden(
        'name_protected',
        `"${name}" is, or looks like, the name of ${whose}. Choose another name, or send a token with the scope plugins:install.`,
        'name',
      );
    }
  }

  private async ofPlugin(name: string): Promise<string | null> {
    const { plugins } = await this.plugins.snapshot();
    const found = plugins.find(
      ({ id, npmName, source }) =>
        source !== 'path' && (looksLike(id, name) || (npmName !== null && looksLike(npmName, name))),
    );
    if (!found) return null;
    return `the ${found.source === 'bundled' ? 'bundled' : 'installed'} plugin "${found.id}"`;
  }
}
