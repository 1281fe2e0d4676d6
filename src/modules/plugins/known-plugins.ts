import { Injectable } from '@nestjs/common';
import { nearestName } from '../../platform/edit-distance.js';
import { EventBus } from '../../platform/events/event-bus.js';
import { ReadyAnswer } from '../../platform/http/ready-answer.js';
import { ListSnapshot } from './list-snapshot.js';
import { NodeRuntime } from './node-runtime.js';
import { taggedAnswer } from './plugin-answer.js';
import type { PluginDto } from './plugin.dto.js';
import type { PluginEntity } from './plugin.entity.js';
import { type PluginHead, PluginRepository } from './plugin.repository.js';
import { PluginSettings } from './plugin-settings.js';
import { viewPlugin, viewWanted, type WantedView } from './plugin-view.js';
import { WantedPlugins } from './wanted-plugins.js';

/** So long a plugin is shown with a schema that took too long to check, before it is checked again. */
const UNSURE_MS = 60_000;

/**
 * What readers see of all plugins. Rows are read once, and one again only when an event says that it changed;
 * without events (the listening connection is away) every read goes to the database.
 */
@Injectable()
export class KnownPlugins {
  private reading: Promise<WantedPlugins> | null = null;
  /** What the last reading that has ended has come to. */
  private latest: { from: Promise<WantedPlugins>; wanted: WantedPlugins } | null = null;
  /** Plugins that have changed since `reading` began, with the revision that they are at by now, or Infinity. */
  private readonly changed = new Map<string, number>();
  private snapshot: { list: ListSnapshot; from: WantedPlugins; changes: number } | null = null;
  private readonly answers = new WeakMap<WantedView, { answer: ReadyAnswer; changes: number }>();

  constructor(
    private readonly plugins: PluginRepository,
    private readonly settings: PluginSettings,
    private readonly node: NodeRuntime,
    private readonly bus: EventBus,
  ) {
    bus.on('event', ({ type, data }) => {
      if (type === 'plugin.created' || type === 'plugin.deleted') this.forget(data.pluginId);
      else if (type === 'plugin.updated' && this.wanted?.revisionOf(data.pluginId) !== data.revision)
        this.forget(data.pluginId, data.revision);
    });
    bus.on('missed', () => {
      this.reading = null;
      this.latest = null;
    });
  }

  /**
   * Forgets what was read of a plugin; to be called as soon as a change of this node's own is committed.
   * @param revision that it is at by now, where that is all that has changed
   */
  forget(id: string, revision = Infinity): void {
    this.changed.set(id, Math.max(revision, this.changed.get(id) ?? 0));
  }

  /** Takes over a record that this node has just written over the one before, and need not read again. */
  learn(row: PluginEntity): void {
    const { id, slot, revision } = row;
    if (!this.reading) return;
    void this.follow(
      this.reading.then(async (wanted) => {
        if (wanted.isAt({ id, slot, revision: revision - 1 }))
          return wanted.with([id], [await this.wantedOf(row)]);
        if (!wanted.isAt({ id, slot, revision })) this.forget(id, revision);
        return wanted;
      }),
    );
  }

  /** Which plugins there are, read anew. What is kept of others is forgotten: an event may get lost. */
  async heads(): Promise<PluginHead[]> {
    const heads = await this.plugins.heads();
    const kept = await this.reading?.catch(() => null);
    for (const id of kept?.differences(heads) ?? []) this.forget(id);
    return heads;
  }

  /** The record of one plugin, read anew, or null. */
  row(id: string): Promise<PluginEntity | null> {
    return this.plugins.findById(id);
  }

  /** All plugins as one answer; the same object until something changes. */
  async list(): Promise<ListSnapshot> {
    const wanted = await this.read();
    const known = this.listOf(wanted);
    if (known) return known;
    const { changes } = this.node;
    const plugins = wanted.views.map((view) => viewPlugin(view, this.node.actual(view.id)));
    const answer = { plugins, count: plugins.length, total: plugins.length, nextCursor: null };
    const list = new ListSnapshot(plugins, Buffer.from(JSON.stringify(answer)));
    this.snapshot = { list, from: wanted, changes };
    return list;
  }

  /** The answer to a query of the list where it lies ready, or null. @param query as it was sent, with its `?` */
  readyList(query: string): ReadyAnswer | null {
    const list = this.wanted && this.bus.listening ? this.listOf(this.wanted) : null;
    return query === '' ? list : (list?.readyPage(query) ?? null);
  }

  /** The plugin that a path segment names, or null. */
  async find(segment: string): Promise<PluginDto | null> {
    const view = (await this.read()).find(segment);
    return view && viewPlugin(view, this.node.actual(view.id));
  }

  /** What is wanted of the plugin that a path segment names, or null. */
  async wantedView(segment: string): Promise<WantedView | null> {
    return (await this.read()).find(segment);
  }

  /** Whether a path segment is the id of a plugin that was there when last looked. */
  isId(segment: string): boolean {
    return !this.changed.has(segment) && this.latest?.wanted.revisionOf(segment) !== undefined;
  }

  /** The id or name of a plugin that whoever wrote the path segment may have meant, or null. */
  async nearest(segment: string): Promise<string | null> {
    const { plugins } = await this.list();
    return nearestName(
      segment,
      plugins.flatMap(({ id, name, npmName }) => (npmName === null ? [id, name] : [id, name, npmName])),
    );
  }

  /** The id of the plugin that a path segment names, or null. */
  async idOf(segment: string): Promise<string | null> {
    return (await this.read()).find(segment)?.id ?? null;
  }

  /** The plugin that a path segment names as an answer, or null. */
  async one(segment: string): Promise<ReadyAnswer | null> {
    const view = (await this.read()).find(segment);
    return view && this.answerOf(view);
  }

  /** That answer where the database need not be asked, or null. */
  readyOne(segment: string): ReadyAnswer | null {
    const view = this.bus.listening ? this.wanted?.find(segment) : null;
    return view ? this.answerOf(view) : null;
  }

  /** What `reading` has come to, once it has, while nothing has changed since. */
  private get wanted(): WantedPlugins | null {
    return this.changed.size === 0 && this.latest?.from === this.reading ? this.latest.wanted : null;
  }

  private listOf(wanted: WantedPlugins): ListSnapshot | null {
    const { snapshot } = this;
    return snapshot?.from === wanted && snapshot.changes === this.node.changes ? snapshot.list : null;
  }

  private answerOf(view: WantedView): ReadyAnswer {
    const { changes } = this.node;
    const known = this.answers.get(view);
    if (known?.changes === changes) return known.answer;
    const answer = taggedAnswer(viewPlugin(view, this.node.actual(view.id)));
    this.answers.set(view, { answer, changes });
    return answer;
  }

  private read(): Promise<WantedPlugins> {
    const kept = this.bus.listening ? this.reading : null;
    if (kept && this.changed.size === 0) return kept;
    const ids = [...this.changed.keys()];
    this.changed.clear();
    return this.follow(kept ? this.readAgain(kept, ids) : this.readAll());
  }

  private follow(reading: Promise<WantedPlugins>): Promise<WantedPlugins> {
    this.reading = reading;
    reading.then(
      (wanted) => {
        if (this.reading !== reading) return;
        this.latest = { from: reading, wanted };
        for (const [id, revision] of this.changed)
          if ((wanted.revisionOf(id) ?? 0) >= revision) this.changed.delete(id);
      },
      () => {
        if (this.reading === reading) this.reading = null;
      },
    );
    return reading;
  }

  private async readAll(): Promise<WantedPlugins> {
    const rows = await this.plugins.all();
    return new WantedPlugins(await Promise.all(rows.map((row) => this.wantedOf(row))));
  }

  private async readAgain(kept: Promise<WantedPlugins>, ids: string[]): Promise<WantedPlugins> {
    const [wanted, rows] = await Promise.all([kept, this.plugins.some(ids)]);
    return wanted.with(ids, await Promise.all(rows.map((row) => this.wantedOf(row))));
  }

  private async wantedOf(row: PluginEntity): Promise<{ head: PluginHead; view: WantedView }> {
    const { id, slot, revision } = row;
    const settings = await this.settings.checked(row);
    if (settings.isUnsure) setTimeout(() => this.forget(id), UNSURE_MS).unref();
    return { head: { id, slot, revision }, view: viewWanted(row, settings) };
  }
}
