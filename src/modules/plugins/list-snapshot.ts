import { ReadyAnswer } from '../../platform/http/ready-answer.js';
import type { PluginDto } from './plugin.dto.js';

/** Bytes of filtered lists that are kept beside the whole one. */
const MOST_PAGE_BYTES = 4 * 1_048_576;

/** The answer to an unfiltered list, ready to send, and those to filtered ones that were asked for. */
export class ListSnapshot extends ReadyAnswer {
  private readonly pages = new Map<string, ReadyAnswer>();
  private pageBytes = 0;

  constructor(
    readonly plugins: readonly PluginDto[],
    body: Buffer,
  ) {
    super(body);
  }

  /** The answer to a query, by its text as it was sent, where it was made before. */
  readyPage(text: string): ReadyAnswer | null {
    return this.pages.get(text) ?? null;
  }

  /** The answer to a query, made once as long as there is room. */
  page(text: string, make: () => object): ReadyAnswer {
    const known = this.pages.get(text);
    if (known) return known;
    const page = new ReadyAnswer(Buffer.from(JSON.stringify(make())));
    this.pageBytes += page.body.length + text.length;
    if (this.pageBytes <= MOST_PAGE_BYTES) this.pages.set(text, page);
    return page;
  }
}
