import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/transaction.js';
import { Conflict, Unprocessable } from '../../platform/http/errors.js';
import type { RequestContext } from '../../platform/http/request.js';
import { allows } from '../../platform/http/scopes.js';
import { type CodeOrigin, originOf, type PluginSource } from './code-origin.js';
import { NodeRuntime } from './node-runtime.js';
import { PluginCommits, type PluginState } from './plugin-commits.js';
import { type Draft, PluginDrafts } from './plugin-drafts.js';
import type { PluginEntity } from './plugin.entity.js';
import { isReserved } from './plugin-name.js';
import { PluginProtection } from './plugin-protection.js';
import { PluginRepository } from './plugin.repository.js';
import { blankRow } from './plugin-row.js';
import type { SettingsChange } from './plugin-settings.js';
import { PluginSpecs } from './plugin-specs.js';

/** Code that another module has put on disk, to be put on record. */
export interface CodeOnDisk {
  source: PluginSource;
  npmName: string;
  version: string;
  /** In the terms of the locator that the other module defined for `source`. */
  path: string;
  /** SHA-256 of what it is had from again, 64 hex digits, where it is a file that is kept by that. */
  checksum?: string | null;
  /** What a catalogue tags it with. */
  topics?: readonly string[];
}

/** What is kept of a plugin that was taken off record. */
export interface RetainedSettings extends Pick<PluginEntity, 'id' | 'config' | 'withheld'> {
  /** Of the code that had the settings; null where that was not noted. */
  origin: CodeOrigin | null;
}

export interface PutOptions {
  /** Whether it shall run; left out: as before, and a new one runs. */
  enable?: boolean | undefined;
  /** Settings that a new one begins with, sealed for its id. */
  retained?: RetainedSettings | null;
  /** Whether who asked for it may see secrets; left out: as the context says. */
  mayReveal?: boolean | undefined;
  action: string;
  /** Put on record as it is: what it would replace does not run, so nothing is lost when it does not either. */
  untried?: boolean;
  /** Asked when it is the plugin's turn: throws where what was read before that is so no more. */
  recheck?: () => Promise<void>;
  /** Written in the same transaction as the plugin. */
  alongside: (tx: Tx, pluginId: string) => Promise<void>;
}

/** Puts installed code on record and into a running process, or leaves everything as it was. */
@Injectable()
export class PluginInstalls {
  constructor(
    private readonly plugins: PluginRepository,
    private readonly drafts: PluginDrafts,
    private readonly commits: PluginCommits,
    private readonly node: NodeRuntime,
    private readonly specs: PluginSpecs,
    private readonly protection: PluginProtection,
  ) {}

  /** Every plugin whose code came here through installation. */
  async all(): Promise<PluginEntity[]> {
    return (await this.plugins.all()).filter(isInstalled);
  }

  /** The plugin whose code is this npm package, however it came here through installation. */
  async find(npmName: string): Promise<PluginEntity | null> {
    return (await this.all()).find((row) => row.npmName === npmName) ?? null;
  }

  /** Refuses at once what `put` would refuse in the end. @throws Conflict `plugin_required` */
  async assertMayBe(known: PluginEntity, enabled: boolean): Promise<void> {
    await this.protection.check(known, { enabled });
  }

  /**
   * Starts the code (or, where it shall not run, loads it once in a process that is thrown away) and records it.
   * What is `untried` is started after that, come what may.
   * @returns the plugin's id
   * @throws AppError the cause (`name_taken` where another plugin has the only id left); what ran before runs on
   */
  async put(context: RequestContext, code: CodeOnDisk, options: PutOptions): Promise<string> {
    const known = await this.find(code.npmName);
    const id = known?.id ?? (await this.freeId(code.npmName, options.retained?.id));
    await this.node.exclusively(id, async () => {
      const before = known ? await this.drafts.read(id, null) : null;
      if (!known) await this.assertFree(id);
      await options.recheck?.();
      const mayReveal = options.mayReveal ?? allows(context.actor.scopes, 'secrets:reveal');
      const { actor } = context;
      const after = await this.drafted(before, id, code, { ...options, actor, mayReveal });
      if (before) await this.protection.check(before.row, after.row);
      const { action, alongside, untried = false } = options;
      const candidate = untried ? null : await this.drafts.start(after);
      if (!candidate && !untried) await this.tryOut(after);
      await this.commits.commit(context, {
        ...{ action, before, after, candidate, untried },
        alongside: (tx) => alongside(tx, id),
      });
    });
    return id;
  }

  /**
   * Takes a plugin off record and stops it.
   * @param alongside written in the same transaction, with the record as it was taken off
   */
  async remove(
    context: RequestContext,
    id: string,
    { action, alongside }: { action: string; alongside: (tx: Tx, before: PluginEntity) => Promise<void> },
  ): Promise<void> {
    await this.node.exclusively(id, async () => {
      const before = await this.drafts.read(id, null);
      await this.protection.check(before.row, null);
      await this.commits.commit(context, {
        ...{ action, before, after: null, candidate: null },
        alongside: (tx) => alongside(tx, before.row),
      });
    });
  }

  private async drafted(
    before: PluginState | null,
    id: string,
    code: CodeOnDisk,
    { enable, retained, actor, mayReveal }: PutOptions & Pick<SettingsChange, 'actor' | 'mayReveal'>,
  ): Promise<Draft> {
    const base = before?.row ?? (await this.newRow(id, retained));
    const enabled = enable ?? before?.row.enabled ?? true;
    const { topics, ...place } = code;
    const described = { ...base, checksum: null, ...place, enabled, name: base.name };
    const row = await this.drafts.described(described, topics);
    const next = {
      ...row,
      npmName: code.npmName,
      version: code.version,
      name: row.name === id ? displayName(code.npmName) : row.name,
      revision: before ? base.revision + 1 : 1,
      updatedAt: new Date(),
    };
    const origin = before ? originOf(before.row) : (retained?.origin ?? null);
    return this.drafts.configured(
      next,
      before?.settings ?? this.drafts.settingsOf({ ...next, id: retained?.id ?? id }),
      undefined,
      { rule: 'by-key', before: origin, actor, mayReveal },
    );
  }

  private async newRow(id: string, retained: PutOptions['retained']): Promise<PluginEntity> {
    const blank = blankRow(id, await this.plugins.nextSlot());
    return retained ? { ...blank, config: retained.config, withheld: retained.withheld } : blank;
  }

  private async tryOut({ row, settings }: Draft): Promise<void> {
    const { ok, checks } = await this.node.trial(await this.specs.specOf(row, settings), true);
    const failed = checks.find((check) => !check.ok && check.name !== 'check');
    if (!ok && failed) throw new Unprocessable('load_failed', failed.message);
  }

  /**
   * Finds the id of a new plugin: as before its removal, else `openai` for `@elizaos/plugin-openai`, else the name of
   * the package; the first that is free. None may be the name of a route, where nobody could address it.
   */
  private async freeId(npmName: string, retained?: string): Promise<string> {
    const short = shortName(npmName);
    const preferred = isReserved(short) ? `plugin-${short}` : short;
    const ids = [retained ?? preferred, preferred, npmName].filter((id) => !isReserved(id));
    for (const id of ids) if (!(await this.plugins.findLookAlike(id))) return id;
    return ids.at(-1) ?? preferred;
  }

  /** @throws Conflict where another plugin, which may run, came by the id meanwhile */
  private async assertFree(id: string): Promise<void> {
    const taken = await this.plugins.findLookAlike(id);
    if (!taken) return;
    const how = taken.id === id ? 'has that name' : `looks like "${id}"`;
    const message = `The plugin "${taken.id}" ${how}. Delete it, then install the package again.`;
    throw new Conflict('name_taken', message, 'name');
  }
}

function isInstalled({ source }: PluginEntity): boolean {
  return source === 'npm' || source === 'artifact' || source === 'ejected';
}

function shortName(npmName: string): string {
  const bare = npmName.replace(/^@[^/]+\//, '').replace(/^plugin-/, '');
  return bare === '' ? npmName : bare;
}

function displayName(npmName: string): string {
  const words = shortName(npmName)
    .split(/[-_.]+/)
    .filter((word) => word !== '');
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(' ');
}
