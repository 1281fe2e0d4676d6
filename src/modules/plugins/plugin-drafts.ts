import { Injectable } from '@nestjs/common';
import { PreconditionFailed, Unprocessable } from '../../platform/http/errors.js';
import type { RequestContext } from '../../platform/http/request.js';
import { Metrics } from '../../platform/metrics/metrics.service.js';
import type { Candidate } from '../../runtime/host/index.js';
import { originOf } from './code-origin.js';
import { NodeRuntime } from './node-runtime.js';
import { categoryOfTypes, CUSTOM, deriveCategory } from './plugin-category.js';
import type { PluginState } from './plugin-commits.js';
import type { PluginEntity } from './plugin.entity.js';
import { PluginRepository } from './plugin.repository.js';
import {
  type CheckedSettings,
  PluginSettings,
  type Settings,
  type SettingsChange,
} from './plugin-settings.js';
import { isUrl, PluginSpecs } from './plugin-specs.js';
import { unknownPlugin } from './plugins.service.js';
import { startRefusal } from './start-refusal.js';

/** A plugin as a change would leave it. */
export interface Draft extends PluginState {
  settings: CheckedSettings;
}

/** Puts together what a plugin would be after a change, and proves that it starts; writes nothing. */
@Injectable()
export class PluginDrafts {
  constructor(
    private readonly plugins: PluginRepository,
    private readonly settings: PluginSettings,
    private readonly specs: PluginSpecs,
    private readonly node: NodeRuntime,
    private readonly metrics: Metrics,
  ) {}

  /** @throws NotFound `plugin_not_found`, PreconditionFailed `revision_mismatch` */
  async read(id: string, expected: number | null): Promise<PluginState> {
    const row = await this.plugins.findById(id);
    if (!row) throw unknownPlugin(id);
    if (expected !== null && expected !== row.revision)
      throw new PreconditionFailed(
        'revision_mismatch',
        `The plugin has revision ${row.revision} now. Read it and try again.`,
        'If-Match',
      );
    return { row, settings: this.settings.read(row) };
  }

  /** The row with what its artifact says of itself. @param topics what a catalogue tags it with */
  async described(row: PluginEntity, topics: readonly string[] = []): Promise<PluginEntity> {
    if (row.path !== null && isUrl(row.path) && row.checksum === null)
      throw new Unprocessable(
        'checksum_required',
        'A plugin from a URL needs its checksum: the SHA-256 of the file, 64 hex digits.',
        'checksum',
      );
    const described = await this.specs.describe(row);
    const { category: said, npmName, tags } = described;
    const category = deriveCategory({ said, npmName, tags: [...tags, ...topics] });
    return {
      ...row,
      npmName,
      version: described.version,
      description: described.description,
      // Of the same package, what a catalogue or running code has told before holds where it says nothing itself.
      category: category === CUSTOM && npmName !== null && npmName === row.npmName ? row.category : category,
      tags,
      configUiHints: described.uiHints,
      declaration: described.declaration,
    };
  }

  /** A JSON Schema that came with a request, as it is kept; null where none came. @throws as `PluginSettings.schemaOf` */
  async schemaOf({ actor }: RequestContext, given: unknown): Promise<Record<string, unknown> | null> {
    return given === undefined || given === null ? null : this.settings.schemaOf(actor, given);
  }

  /** The settings that a record carries. */
  settingsOf(row: PluginEntity): Settings {
    return this.settings.read(row);
  }

  /**
   * The state with a change of settings; none (`undefined`) checks what is stored.
   * @throws Unprocessable, TooManyRequests
   */
  async configured(
    row: PluginEntity,
    stored: Settings | null,
    patch: Record<string, unknown> | undefined,
    by: Omit<SettingsChange, 'after'>,
  ): Promise<Draft> {
    const settings = await this.settings.change(row, stored, patch, { ...by, after: originOf(row) });
    const { withheld } = settings;
    return { settings, row: { ...row, config: this.settings.seal(row.id, settings), withheld } };
  }

  /** Starts what is wanted beside what runs; null where nothing is to run. @throws AppError the cause */
  async start(state: Draft): Promise<Candidate | null> {
    if (!state.row.enabled) return null;
    const end = this.metrics.changeSeconds.startTimer({ outcome: 'failed' });
    const candidate = await this.specs
      .specOf(state.row, state.settings)
      .then((spec) => this.node.prepare(spec))
      .catch((error: unknown) => {
        end();
        throw startRefusal(error);
      });
    end({ outcome: 'ok' });
    if (state.row.category === CUSTOM) state.row.category = categoryOfTypes(candidate.types);
    return candidate;
  }

  /** Lets this node prepare for the start of what is put on record disabled; returns at once. */
  foresee({ row, settings }: Draft): void {
    this.specs.specOf(row, settings).then(
      (spec) => this.node.foresee(spec),
      // Whatever is wrong with it is told when it is started.
      () => undefined,
    );
  }
}
