import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../../platform/http/request.js';
import { CatalogSources } from './catalog-sources.repository.js';
import { CatalogStaging } from './catalog-staging.repository.js';
import { RefreshRecords } from './refresh-records.js';
import { SearchIndex } from './search/search-index.repository.js';

/** Tidies up behind a refresh: forgets sources, and has the search follow what has changed. */
@Injectable()
export class SourceRemoval {
  constructor(
    private readonly staging: CatalogStaging,
    private readonly sources: CatalogSources,
    private readonly records: RefreshRecords,
    private readonly search: SearchIndex,
  ) {}

  /** Forgets all sources but those named; then entries are found as they are now, also after a run that broke off. */
  async finish(context: RequestContext, kept: readonly string[]): Promise<void> {
    for (const { id } of await this.sources.others([...kept])) await this.remove(context, id);
    await this.search.follow();
  }

  private async remove(context: RequestContext, id: string): Promise<void> {
    const target = { source: id, priority: 0, moved: false };
    await this.staging.use(target, (stage) =>
      stage.merge(null, async (tx, { removed }) => {
        await this.sources.remove(tx, id);
        await this.records.changed(tx, context, id, { entries: 0, written: 0, removed, skipped: 0 });
      }),
    );
  }
}
