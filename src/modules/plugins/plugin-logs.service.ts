import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Response } from 'express';
import type { Logger } from 'pino';
import { DiskChores } from '../../platform/disk-chores.js';
import { eventFrame } from '../../platform/events/event-frame.js';
import { EventStream } from '../../platform/events/event-stream.js';
import type { Actor } from '../../platform/http/request.js';
import { LOG } from '../../platform/tokens.js';
import { NodeRuntime } from './node-runtime.js';
import { PluginLog } from './plugin-log.js';
import type { PluginLogQueryDto, PluginLogsDto } from './plugin-logs.dto.js';
import { PLUGINS_OPTIONS, type PluginsOptions } from './plugins.options.js';
import { PluginRepository } from './plugin.repository.js';
import { unknownPlugin } from './plugins.service.js';

const PRESET_LINES = 100;

/** Keeps what this node's plugins print and what became of them, over restarts of plugins and server. */
@Injectable()
export class PluginLogs implements OnApplicationShutdown {
  private readonly logs = new Map<number, PluginLog>();
  private readonly folder: string;

  constructor(
    @Inject(PLUGINS_OPTIONS) { dataDir }: PluginsOptions,
    private readonly plugins: PluginRepository,
    private readonly streams: EventStream,
    node: NodeRuntime,
    chores: DiskChores,
    @Inject(LOG) private readonly log: Logger,
  ) {
    this.folder = join(dataDir, 'plugin-logs');
    node.onLine = (slot, line, origin) => this.logOf(slot).add(line, origin);
    chores.define('logs of plugins', () => this.prune());
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([...this.logs.values()].map((log) => log.write()));
  }

  /** A page of a plugin's log on this node, newest line first. @throws NotFound `plugin_not_found` */
  async page(segment: string, { limit = PRESET_LINES, cursor }: PluginLogQueryDto): Promise<PluginLogsDto> {
    const log = await this.find(segment);
    const found = await log.readBack(cursor === undefined ? Infinity : Number(cursor), limit + 1);
    const lines = found.slice(0, limit);
    const nextCursor = found.length > limit ? (lines.at(-1)?.id ?? null) : null;
    return { lines, count: lines.length, nextCursor };
  }

  /**
   * Streams the log until the client leaves: from after `lastId`, or from the newest `limit` lines on.
   * @throws NotFound `plugin_not_found`, TooManyRequests `too_many_streams`
   */
  async follow(
    response: Response,
    actor: Actor,
    segment: string,
    from: { lastId: number | null; limit?: number },
  ): Promise<void> {
    const log = await this.find(segment);
    const { lastId, limit = PRESET_LINES } = from;
    const recent = lastId === null ? await log.readBack(Infinity, limit) : [];
    const oldest = recent.at(-1);
    const position = lastId ?? (oldest ? Number(oldest.id) - 1 : log.position);
    const feed = {
      read: (after: number, most: number) => log.read(after, most),
      wants: () => true,
      frame: (entry: { id: string }) => eventFrame({ id: entry.id, type: 'line' }, entry),
      isLast: () => false,
    };
    await this.streams.streamOther(response, actor, { position, feed, tail: log });
  }

  private async find(segment: string): Promise<PluginLog> {
    const row = await this.plugins.find(segment);
    if (!row) throw unknownPlugin(segment);
    return this.logOf(row.slot);
  }

  private logOf(slot: number): PluginLog {
    const known = this.logs.get(slot);
    if (known) return known;
    const onError = (error: unknown): void =>
      this.log.warn({ err: error, slot }, 'log of a plugin not written');
    const log = new PluginLog(join(this.folder, `${slot}.jsonl`), onError);
    this.logs.set(slot, log);
    return log;
  }

  /** Removes the logs of plugins that are gone. */
  private async prune(): Promise<void> {
    // Listed first: a plugin that is created meanwhile keeps its log.
    const files = await readdir(this.folder).catch(() => []);
    const slots = new Set((await this.plugins.heads()).map(({ slot }) => slot));
    for (const slot of this.logs.keys()) if (!slots.has(slot)) this.logs.delete(slot);
    const gone = files.filter((name) => !slots.has(Number.parseInt(name, 10)));
    await Promise.all(gone.map((name) => rm(join(this.folder, name), { force: true })));
  }
}
