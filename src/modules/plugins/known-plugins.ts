import { Injectable } from '@nestjs/common';
import { EventBus } from '../../platform/events/event-bus.js';
import { ReadyAnswer } from '../../platform/http/ready-answer.js';
import { NodeRuntime } from './node-runtime.js';
import type { PluginDto } from './plugin.dto.js';
import type { PluginEntity } from './plugin.entity.js';
import { pickNamed, type PluginHead, PluginRepository } from './plugin.repository.js';
import { PluginSettings } from './plugin-settings.js';
import { viewPlugin, viewWanted, type WantedView } from './plugin-view.js';

/** The answer to an unfiltered list, ready to send. */
export class ListSnapshot extends ReadyAnswer {
  constructor(
    readonly plugins: readonly PluginDto[],
    body: Buffer,
  ) {
    super(body);
  }
}

/**
 * What readers see of all plugins. Rows are read once and again only when an event says that one changed;
 * without events (the listening connection is away) every read goes to the database.
 */
@Injectable()
export class KnownPlugins {
  private wanted: Promise<WantedView[]> | null = null;
  /** What `wanted` was made from. */
  private seen = '';
  private snapshot: { list: ListSnapshot; from: Promise<WantedView[]>; changes: number } | null = null;

  constructor(
    private readonly plugins: PluginRepository,
    private readonly settings: PluginSettings,
    private readonly node: NodeRuntime,
    private readonly bus: EventBus,
  ) {
    bus.on('event', ({ type }) => {
      if (type.startsWith('plugin.') && type !== 'plugin.status') this.invalidate();
    });
    bus.on('missed', () => this.invalidate());
  }

  /** Forgets what was read; to be called as soon as a change of this node's own is committed. */
  invalidate(): void {
    this.wanted = null;
  }

  /**
   * Which plugins there are, read anew. What is kept is forgotten when it is not of these: an event may get lost.
   */
  async heads(): Promise<PluginHead[]> {
    const kept = this.wanted;
    const heads = await this.plugins.heads();
    if (this.wanted === kept && this.seen !== fingerprint(heads)) this.invalidate();
    return heads;
  }

  /** The record of one plugin, read anew, or null. */
  row(id: string): Promise<PluginEntity | null> {
    return this.plugins.findById(id);
  }

  /** All plugins as one answer; the same object until something changes. */
  async list(): Promise<ListSnapshot> {
    const from = this.readWanted();
    const wanted = await from;
    const known = this.listOf(from);
    if (known) return known;
    const { changes } = this.node;
    const plugins = wanted.map((view) => viewPlugin(view, this.node.actual(view.id)));
    const answer = { plugins, count: plugins.length, total: plugins.length, nextCursor: null };
    const list = new ListSnapshot(plugins, Buffer.from(JSON.stringify(answer)));
    this.snapshot = { list, from, changes };
    return list;
  }

  /** That answer where it lies ready, or null. */
  ready(): ListSnapshot | null {
    return this.wanted && this.bus.listening ? this.listOf(this.wanted) : null;
  }

  /** The plugin that a path segment names, or null. */
  async find(segment: string): Promise<PluginDto | null> {
    const view = pickNamed(await this.readWanted(), segment);
    return view && viewPlugin(view, this.node.actual(view.id));
  }

  /** The id of the plugin that a path segment names, or null. */
  async idOf(segment: string): Promise<string | null> {
    return pickNamed(await this.readWanted(), segment)?.id ?? null;
  }

  private listOf(from: Promise<WantedView[]>): ListSnapshot | null {
    const { snapshot } = this;
    return snapshot?.from === from && snapshot.changes === this.node.changes ? snapshot.list : null;
  }

  /** In the order that JavaScript compares texts in, as cursors do; databases have collations of their own. */
  private readWanted(): Promise<WantedView[]> {
    if (this.wanted && this.bus.listening) return this.wanted;
    const reading = this.plugins
      .all()
      .then((rows) => {
        if (this.wanted === reading) this.seen = fingerprint(rows);
        return rows.map((row) => viewWanted(row, this.settings.read(row)));
      })
      .then((views) => views.sort((a, b) => (a.id < b.id ? -1 : 1)));
    this.wanted = reading;
    reading.catch(() => {
      if (this.wanted === reading) this.wanted = null;
    });
    return reading;
  }
}

function fingerprint(heads: readonly PluginHead[]): string {
  return heads
    .map(({ id, slot, revision }) => `${slot}.${revision}.${id}`)
    .sort()
    .join();
}
