import { Injectable } from '@nestjs/common';
import { NotFound } from '../../platform/http/errors.js';
import type { ReadyAnswer } from '../../platform/http/ready-answer.js';
import { KnownPlugins } from './known-plugins.js';
import type { ListSnapshot } from './list-snapshot.js';
import type { PluginDto } from './plugin.dto.js';
import { filterPlugins } from './plugin-filter.js';
import type { ListPluginsDto } from './plugin-request.dto.js';

/** Reads plugins. */
@Injectable()
export class PluginsService {
  constructor(private readonly known: KnownPlugins) {}

  /** All plugins, ready to send. */
  snapshot(): Promise<ListSnapshot> {
    return this.known.list();
  }

  /**
   * All plugins or those that pass the filters, ready to send.
   * @param text the query as it was sent, or empty
   */
  async list(query: ListPluginsDto, text: string): Promise<ReadyAnswer> {
    const list = await this.snapshot();
    return text === '' ? list : list.page(text, () => filterPlugins(list.plugins, query));
  }

  /** Ids of the plugins that come with the server. */
  async builtins(): Promise<string[]> {
    const { plugins } = await this.known.list();
    return plugins.filter(({ source }) => source === 'bundled').map(({ id }) => id);
  }

  /** Ids of the plugins whose code is loaded now. */
  async loaded(): Promise<string[]> {
    const { plugins } = await this.known.list();
    return plugins
      .filter(({ isActive, status }) => isActive || status.status === 'uninitialized')
      .map(({ id }) => id);
  }

  /** The id of the plugin that a path segment names, or null. */
  idOf(segment: string): Promise<string | null> {
    return this.known.idOf(segment);
  }

  /** One plugin, ready to send. @throws NotFound `plugin_not_found` */
  async answer(segment: string): Promise<ReadyAnswer> {
    const answer = await this.known.one(segment);
    if (!answer) throw unknownPlugin(segment, await this.known.nearest(segment));
    return answer;
  }

  async get(segment: string): Promise<PluginDto> {
    const plugin = await this.known.find(segment);
    if (!plugin) throw unknownPlugin(segment);
    return plugin;
  }
}

/** @param nearest a plugin that may have been meant, of those that the caller may see */
export function unknownPlugin(segment: string, nearest: string | null = null): NotFound {
  const advice = nearest === null ? '' : `. Did you mean "${nearest}"?`;
  return new NotFound('plugin_not_found', `Plugin not found: ${segment.slice(0, 200)}${advice}`, 'x');
}
