import { Injectable } from '@nestjs/common';
import { EventBus } from '../../../platform/events/event-bus.js';
import { ReadyAnswer } from '../../../platform/http/ready-answer.js';
import { readCursor, writeCursor } from './catalog-cursor.js';
import { type ListEntriesDto, MAX_PAGE } from './catalog.dto.js';
import { CatalogReads, type SourcedEntry } from './catalog-reads.repository.js';
import { presentEntry } from './entry-view.js';
import { PluginPresence, type PresentPlugins } from './plugin-presence.js';

/** Pages that are remembered; one takes a megabyte or so. */
const MAX_PAGES = 16;

interface Page {
  rows: Promise<SourcedEntry[]>;
  answer?: { present: PresentPlugins; ready: ReadyAnswer };
}

/**
 * Pages of the catalogue, ready to send. Entries are read once and again only when an event says that the catalogue
 * has changed; without events (the listening connection is away) every read goes to the database.
 */
@Injectable()
export class CatalogList {
  private readonly pages = new Map<string, Page>();

  constructor(
    private readonly reads: CatalogReads,
    private readonly presence: PluginPresence,
    private readonly bus: EventBus,
  ) {
    bus.on('event', ({ type }) => {
      if (type.startsWith('registry.')) this.pages.clear();
    });
    bus.on('missed', () => this.pages.clear());
  }

  /** @throws BadRequest `parameter_invalid` for a cursor that no page has given */
  async list(query: ListEntriesDto): Promise<ReadyAnswer> {
    const present = await this.presence.now();
    const limit = query.limit ?? MAX_PAGE;
    const page = this.page(query, present, limit);
    const rows = await page.rows;
    if (page.answer?.present === present) return page.answer.ready;
    const plugins = rows.slice(0, limit).map((row) => presentEntry(row, present.of(row)));
    const last = rows.length > limit ? rows[limit - 1] : undefined;
    const nextCursor = last ? writeCursor(last.entry) : null;
    const ready = new ReadyAnswer(
      Buffer.from(JSON.stringify({ count: plugins.length, plugins, nextCursor })),
    );
    page.answer = { present, ready };
    return ready;
  }

  private page(
    { cursor, installed, ...filter }: ListEntriesDto,
    present: PresentPlugins,
    limit: number,
  ): Page {
    const place = cursor === undefined ? null : readCursor(cursor);
    const wanted = installed === undefined ? undefined : { wanted: installed, ...present.names };
    const wholeFilter = { ...filter, ...(wanted && { installed: wanted }) };
    const key = JSON.stringify([wholeFilter, place]);
    const known = this.bus.listening ? this.pages.get(key) : undefined;
    this.pages.delete(key);
    const page = known ?? { rows: this.reads.page(wholeFilter, place, limit + 1) };
    this.pages.set(key, page);
    page.rows.catch(() => this.pages.delete(key));
    const [oldest] = this.pages.keys();
    if (this.pages.size > MAX_PAGES && oldest !== undefined) this.pages.delete(oldest);
    return page;
  }
}
