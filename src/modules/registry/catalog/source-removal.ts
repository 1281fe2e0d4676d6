import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../../platform/http/request.js';
import { CatalogSources } from './catalog-sources.repository.js';
import { CatalogStaging } from './catalog-staging.repository.js';
import { RefreshRecords } from './refresh-records.js';

/** Forgets a source and its entries. */
@Injectable()
export class SourceRemoval {
  constructor(
    private readonly staging: CatalogStaging,
    private readonly sources: CatalogSources,
    private readonly records: RefreshRecords,
  ) {}

  async remove(context: RequestContext, id: string): Promise<void> {
    const target = { source: id, priority: 0, moved: false };
    await this.staging.use((stage) =>
      stage.merge(target, null, async (tx, { removed }) => {
        await this.sources.remove(tx, id);
        await this.records.changed(tx, context, id, { entries: 0, written: 0, removed, skipped: 0 });
      }),
    );
  }
}
