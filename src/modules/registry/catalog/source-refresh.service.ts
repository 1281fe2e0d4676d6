import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../../config.js';
import type { RegistrySource, SourceKind } from '../../../config/registry-sources.js';
import { type Tx, Transactions } from '../../../platform/database/transaction.js';
import { BadGateway } from '../../../platform/http/errors.js';
import { Deadline } from '../../../platform/http/outbound/deadline.js';
import type { RequestContext } from '../../../platform/http/request.js';
import { CONFIG } from '../../../platform/tokens.js';
import { CatalogClient } from './catalog.client.js';
import type { CatalogSourceEntity } from './catalog-source.entity.js';
import { blankSource, CatalogSources } from './catalog-sources.repository.js';
import { CatalogStaging, type Merged, type Stage } from './catalog-staging.repository.js';
import { RefreshRecords } from './refresh-records.js';
import { readEmbedded } from './sources/embedded.source.js';
import { readEliza } from './sources/eliza.source.js';
import { readMcp } from './sources/mcp.source.js';
import { readNpm } from './sources/npm.source.js';
import { readPlugboard } from './sources/plugboard.source.js';
import type { Reading, SourceAdapter } from './sources/source-reading.js';

const ADAPTERS: { readonly [K in SourceKind]: SourceAdapter } = {
  eliza: readEliza,
  npm: readNpm,
  mcp: readMcp,
  plugboard: readPlugboard,
  embedded: readEmbedded,
};

/** What a refresh is done for, and with. */
export interface RefreshTask {
  context: RequestContext;
  signal: AbortSignal;
  /** Told now and then how many entries have been read. */
  onProgress: (entries: number) => void;
}

/** What was read and staged. */
interface Gathered {
  /** Names that the source says are gone; null: all that were not staged. */
  gone: string[] | null;
  skipped: number;
}

/** Reads one source and takes over what it says, as a whole or not at all. */
@Injectable()
export class SourceRefresh {
  constructor(
    private readonly client: CatalogClient,
    private readonly staging: CatalogStaging,
    private readonly sources: CatalogSources,
    private readonly transactions: Transactions,
    private readonly records: RefreshRecords,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @throws AppError when the source cannot be had or understood; then nothing has changed */
  async refresh(source: RegistrySource, task: RefreshTask): Promise<void> {
    const ms = this.config.REGISTRY_TIMEOUT;
    const deadline = new Deadline(ms, () => tooSlow(source, ms), task.signal);
    try {
      await this.read(source, { ...task, signal: deadline.signal });
    } catch (error) {
      if (deadline.signal.aborted) throw deadline.signal.reason as Error;
      throw error;
    } finally {
      deadline.close();
    }
  }

  private async read(source: RegistrySource, task: RefreshTask): Promise<void> {
    const known = await this.sources.find(source.label);
    const row = rowOf(source, known);
    const reading = await ADAPTERS[source.kind]({
      ...{ source, client: this.client, signal: task.signal },
      state: row.state ?? {},
      npmRegistries: await npmRegistries(this.config),
    });
    if (!reading.said) return this.transactions.run((tx) => this.sources.put(tx, row));
    const { said } = reading;
    const target = {
      source: row.id,
      priority: row.priority,
      moved: known !== null && known.priority !== row.priority,
    };
    await this.staging.use(target, async (stage) => {
      const gathered = await this.gather(stage, { ...reading, said }, task);
      const emptied = gathered.gone === null && stage.entries === 0;
      if (emptied && row.entries + gathered.skipped > 0) throw namesNothing(source);
      await stage.merge(gathered.gone, (tx, merged) =>
        this.record(tx, task.context, { ...row, state: reading.state }, { ...gathered, ...merged }),
      );
    });
  }

  private async gather(
    stage: Stage,
    { said, changesOnly }: Reading & { said: NonNullable<Reading['said']> },
    { signal, onProgress }: RefreshTask,
  ): Promise<Gathered> {
    const gone: string[] = [];
    let [heard, malformed] = [0, 0];
    for await (const one of said) {
      if (++heard > this.config.REGISTRY_MAX_ENTRIES) throw tooMany(this.config.REGISTRY_MAX_ENTRIES);
      if (heard % 1_000 === 0) {
        signal.throwIfAborted();
        onProgress(heard);
      }
      if (one === null) malformed++;
      else if ('gone' in one) gone.push(one.gone);
      else await stage.add(one.entry);
    }
    await stage.flush();
    return { gone: changesOnly ? gone : null, skipped: malformed + stage.twins };
  }

  private async record(
    tx: Tx,
    context: RequestContext,
    row: CatalogSourceEntity,
    { skipped, entries, written, removed }: Gathered & Merged,
  ): Promise<void> {
    await this.sources.put(tx, { ...row, entries, skipped });
    if (written + removed > 0)
      await this.records.changed(tx, context, row.id, { entries, written, removed, skipped });
  }
}

/** The source's record as it is after a good reading; nothing is known of one that was configured otherwise. */
function rowOf(source: RegistrySource, known: CatalogSourceEntity | null): CatalogSourceEntity {
  const row = blankSource(source);
  const same = known?.kind === row.kind && known.location === row.location && known.priority === row.priority;
  const now = new Date();
  return {
    ...row,
    entries: known?.entries ?? 0,
    skipped: known?.skipped ?? 0,
    state: same ? known.state : null,
    checkedAt: now,
    refreshedAt: now,
  };
}

/** What a catalogue calls npm's registry, and what stands for it here. */
async function npmRegistries({ NPM_REGISTRY }: Pick<Config, 'NPM_REGISTRY'>): Promise<string[]> {
  // Loaded when needed: npm's own definitions take their time.
  const { default: npm } = await import('@npmcli/config/lib/definitions/index.js');
  return [npm.defaults.registry, NPM_REGISTRY].map((url) => url.replace(/\/+$/, ''));
}

function tooSlow({ label }: RegistrySource, ms: number): BadGateway {
  return new BadGateway(
    'catalogue_refresh_failed',
    `Reading "${label}" took longer than ${ms} ms (REGISTRY_TIMEOUT).`,
  );
}

function tooMany(most: number): BadGateway {
  return new BadGateway(
    'catalogue_refresh_failed',
    `It names more than the ${most} plugins that REGISTRY_MAX_ENTRIES permits.`,
  );
}

function namesNothing({ label }: RegistrySource): BadGateway {
  return new BadGateway(
    'catalogue_refresh_failed',
    `"${label}" names no plugin that can be read, which cannot be right.`,
  );
}
