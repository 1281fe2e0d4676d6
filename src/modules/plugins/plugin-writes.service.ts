import { Injectable } from '@nestjs/common';
import { isUniqueViolation } from '../../platform/database/unique-violation.js';
import { Conflict } from '../../platform/http/errors.js';
import type { RequestContext } from '../../platform/http/request.js';
import { allows } from '../../platform/http/scopes.js';
import { originOf, type PluginSource } from './code-origin.js';
import { KnownPlugins } from './known-plugins.js';
import { NodeRuntime } from './node-runtime.js';
import { PluginCommits, type PluginState } from './plugin-commits.js';
import type { PluginEntity } from './plugin.entity.js';
import { type PluginChange, readChange } from './plugin-change.js';
import { checkName } from './plugin-name.js';
import { PluginProtection } from './plugin-protection.js';
import { PluginRepository } from './plugin.repository.js';
import { blankRow } from './plugin-row.js';
import type { PatchPluginDto } from './plugin-patch.dto.js';
import type { CreatePluginDto } from './plugin-request.dto.js';
import { type Draft, PluginDrafts } from './plugin-drafts.js';
import type { MergeRule, SettingsChange } from './plugin-settings.js';
import { parseChecksum } from './plugin-specs.js';
import { unknownPlugin } from './plugins.service.js';

/** Whose code stays as it was put on record, and need not be read again. */
const FIXED: ReadonlySet<PluginSource> = new Set(['bundled', 'npm', 'artifact']);

/** Creates, changes and deletes plugins. A change that does not load changes nothing. */
@Injectable()
export class PluginWrites {
  constructor(
    private readonly plugins: PluginRepository,
    private readonly drafts: PluginDrafts,
    private readonly commits: PluginCommits,
    private readonly node: NodeRuntime,
    private readonly known: KnownPlugins,
    private readonly protection: PluginProtection,
  ) {}

  /** @returns the id of the new plugin */
  async create(context: RequestContext, dto: CreatePluginDto): Promise<string> {
    const name = checkName(dto.name);
    const change = readChange(dto, 'by-key');
    await this.assertFree(name);
    await this.protection.names.check(context.actor, name);
    const blank = blankRow(name, await this.plugins.nextSlot());
    const row = await this.drafts.described({
      ...blank,
      configSchema: await this.drafts.schemaOf(context, dto.configSchema),
      ...addressOf(change, null),
      ...placeOf(change),
    });
    row.enabled = change.enabled ?? false;
    await this.add(
      context,
      await this.drafts.configured(row, null, change.config ?? undefined, {
        rule: 'by-key',
        actor: context.actor,
        before: null,
        mayReveal: true,
      }),
    );
    return row.id;
  }

  /**
   * @param dto of a PUT or a PATCH
   * @param expected revision that the caller has seen (`If-Match`), or null
   * @returns the id of the plugin
   */
  async update(
    context: RequestContext,
    segment: string,
    dto: PatchPluginDto,
    { rule, expected }: { rule: MergeRule; expected: number | null },
  ): Promise<string> {
    const id = await this.idOf(context, segment);
    const change = readChange(dto, rule);
    await this.node.exclusively(id, async () => {
      const before = await this.drafts.read(id, expected);
      const mayReveal = allows(context.actor.scopes, 'secrets:reveal');
      const { actor } = context;
      const after = await this.changed(before, change, { rule, actor, mayReveal });
      await this.protection.check(before.row, after.row);
      const reload = change.enabled === true && before.row.enabled;
      const differs = isDifferent(before, after);
      if (!reload && !differs) return;
      after.row.revision++;
      after.row.updatedAt = new Date();
      const restart = reload || needsRestart(before, after);
      const candidate = restart ? await this.drafts.start(after) : null;
      await this.commits.commit(context, { action: 'plugin.update', before, after, candidate, expected });
    });
    return id;
  }

  async delete(context: RequestContext, segment: string, expected: number | null): Promise<void> {
    const id = await this.idOf(context, segment);
    await this.node.exclusively(id, async () => {
      const before = await this.drafts.read(id, expected);
      if (before.row.source === 'bundled')
        throw new Conflict(
          'plugin_bundled',
          'This plugin comes with the server: disable it instead of deleting it.',
        );
      await this.protection.check(before.row, null);
      const change = { action: 'plugin.delete', before, after: null, candidate: null, expected };
      await this.commits.commit(context, change);
    });
  }

  /** Starts a new plugin and puts it on record; one that fails leaves nothing, no data folder either. */
  private add(context: RequestContext, after: Draft): Promise<void> {
    const { id } = after.row;
    return this.node.exclusively(id, async () => {
      await this.assertFree(id);
      try {
        const candidate = await this.drafts.start(after);
        await this.commits.commit(context, { action: 'plugin.create', before: null, after, candidate });
        if (!candidate) this.drafts.foresee(after);
      } catch (error) {
        // Another server may have been faster with the same name: then the folder is that plugin's.
        if (!(await this.plugins.findById(id))) await this.node.stop(id, 'deleted');
        throw isUniqueViolation(error) ? taken(id, await this.plugins.findLookAlike(id)) : error;
      }
    });
  }

  /** @throws Conflict `name_taken`, naming the plugin that has the name or looks like it */
  private async assertFree(name: string): Promise<void> {
    const existing = await this.plugins.findLookAlike(name);
    if (existing) throw taken(name, existing);
  }

  /** An id comes before any name; whether it is still there is seen when the record is read. */
  private async idOf({ actor }: RequestContext, segment: string): Promise<string> {
    if (this.known.isId(segment)) return segment;
    const row = await this.plugins.find(segment);
    if (row) return row.id;
    throw unknownPlugin(
      segment,
      allows(actor.scopes, 'plugins:read') ? await this.known.nearest(segment) : null,
    );
  }

  private async changed(
    before: PluginState,
    change: PluginChange,
    by: Pick<SettingsChange, 'rule' | 'actor' | 'mayReveal'>,
  ): Promise<Draft> {
    const { row } = before;
    const merged = {
      ...row,
      ...addressOf(change, row.path),
      ...placeOf(change),
      enabled: change.enabled ?? row.enabled,
    };
    const moved = merged.path !== row.path || merged.checksum !== row.checksum;
    if (moved) assertExchangeable(row);
    const looksAgain = (moved || change.enabled === true) && !FIXED.has(merged.source);
    const next = looksAgain ? await this.drafts.described(merged) : merged;
    const how = { ...by, before: originOf(row) };
    const { config } = change;
    if (config === null) return this.drafts.configured(next, null, undefined, how);
    const patch = Object.keys(config ?? {}).length > 0 ? config : undefined;
    return this.drafts.configured(next, before.settings, patch, how);
  }
}

function taken(name: string, existing: PluginEntity | null): Conflict {
  const message =
    existing === null || existing.id === name
      ? `A plugin named "${name}" exists already.`
      : `"${name}" looks like the plugin "${existing.id}". Choose a name that nobody takes for it.`;
  return new Conflict('name_taken', message, 'name');
}

/** @throws Conflict where the code is not the caller's to exchange */
function assertExchangeable({ source }: PluginEntity): void {
  if (source === 'bundled')
    throw new Conflict(
      'plugin_bundled',
      'The code of a plugin that comes with the server cannot be exchanged.',
      'path',
    );
  if (source === 'npm' || source === 'artifact' || source === 'ejected')
    throw new Conflict(
      'plugin_installed',
      'The code of this plugin is an installed package: POST /api/plugins/install takes another version.',
      'path',
    );
}

/** A checksum is that of the file at its path: another path without one has none. */
function addressOf(
  { path, checksum }: PluginChange,
  before: string | null,
): Partial<Pick<PluginEntity, 'path' | 'checksum'>> {
  return {
    ...(path !== undefined && { path }),
    ...(path !== undefined && path !== before && { checksum: null }),
    ...(checksum !== undefined && { checksum: checksum === null ? null : parseChecksum(checksum) }),
  };
}

function placeOf({ placement, order }: PluginChange): Partial<Pick<PluginEntity, 'placement' | 'order'>> {
  return { ...(placement !== undefined && { placement }), ...(order !== undefined && { order }) };
}

/** Settings are compared opened: sealing the same secret twice gives two different texts. */
function isDifferent(before: PluginState, after: PluginState): boolean {
  const { config: _before, updatedAt: _old, ...rowBefore } = before.row;
  const { config: _after, updatedAt: _new, ...rowAfter } = after.row;
  return (
    JSON.stringify(rowBefore) !== JSON.stringify(rowAfter) ||
    JSON.stringify(before.settings.config) !== JSON.stringify(after.settings.config)
  );
}

/** Placement and order concern gateways alone; all else that changes needs the code started anew. */
function needsRestart(before: PluginState, after: PluginState): boolean {
  if (!after.row.enabled) return false;
  const relevant = ({ row, settings }: PluginState): string =>
    JSON.stringify([
      ...[row.enabled, row.path, row.checksum, row.declaration, row.configSchema],
      ...[settings.config, Object.keys(settings.withheld)],
    ]);
  return relevant(before) !== relevant(after);
}
