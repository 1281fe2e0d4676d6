import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../config.js';
import { Transactions } from '../../platform/database/transaction.js';
import { Conflict } from '../../platform/http/errors.js';
import type { RequestContext } from '../../platform/http/request.js';
import { allows } from '../../platform/http/scopes.js';
import { Jobs, outcomeOf } from '../../platform/jobs/jobs.service.js';
import { CONFIG } from '../../platform/tokens.js';
import { type PluginDto, PluginsService } from '../plugins/index.js';
import { INSTALL, type InstallPayload, type InstallResult } from './install.job.js';
import type { InstallDto, InstallDoneDto, UninstallDto } from './installation.dto.js';
import { hasLocalCopy, InstallationRecords, notInstalled } from './installation-records.js';
import { WantedPackages } from './wanted-package.js';

/** Installs and uninstalls. */
@Injectable()
export class InstallationService {
  constructor(
    private readonly jobs: Jobs,
    private readonly transactions: Transactions,
    private readonly wanted: WantedPackages,
    private readonly records: InstallationRecords,
    private readonly plugins: PluginsService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Queues the installation, or joins the one that is under way for the same version.
   * @returns the job's id
   * @throws Conflict `install_in_progress`, `already_ejected`, `source_conflict`, and whatever resolving or policy say at once
   */
  async begin(context: RequestContext, dto: InstallDto): Promise<string> {
    const { name, enable } = dto;
    const known = await this.records.installs.find(name);
    if (known?.source === 'ejected') throw hasLocalCopy(name, 'name');
    if (known && enable === false) await this.records.installs.assertMayBe(known, enable);
    const wanted = await this.wanted.find(dto);
    const payload: InstallPayload = {
      name,
      version: wanted.version,
      ...(wanted.published ? { source: 'artifact' } : { warnings: wanted.warnings, topics: wanted.topics }),
      ...(enable !== undefined && { enable }),
      mayReveal: allows(context.actor.scopes, 'secrets:reveal'),
      ...(dto.source !== undefined && { mayChangeSource: true }),
    };
    return this.transactions.run(async (tx) => {
      await this.records.versions.lock(tx, name);
      const open = await this.jobs.findOpen(tx, INSTALL, name);
      if (!open) return this.jobs.enqueue(tx, context, { kind: INSTALL, subject: name, payload });
      const { version, source } = open.payload as InstallPayload;
      if (version === payload.version && source === payload.source) return open.id;
      throw new Conflict(
        'install_in_progress',
        `Another version of ${name} is being installed: job ${open.id}. Wait for it, or cancel it.`,
      );
    });
  }

  /** Longest time that installing a package and starting it may take, in milliseconds. */
  get limitMs(): number {
    return this.config.INSTALL_TIMEOUT + this.config.GUEST_START_TIMEOUT;
  }

  /** Waits for an installation. @throws AppError its cause */
  async finish(jobId: string): Promise<InstallDoneDto> {
    const job = await this.jobs.wait(jobId, this.config.INSTALL_TIMEOUT);
    const { pluginId, name, version, installPath, warnings } = outcomeOf(job) as InstallResult;
    const plugin = await this.plugins.get(pluginId);
    return {
      ok: true,
      outcome: 'installed',
      requiresRestart: false,
      pluginName: name,
      plugin: { id: plugin.id, name: plugin.name, version, installPath },
      message: `${name}@${version} installed${withheldNote(plugin)}`,
      jobId,
      warnings,
    };
  }

  /** The package that would be uninstalled. @throws NotFound `not_installed` */
  async removable(name: string): Promise<{ npmName: string }> {
    const plugin = await this.records.installs.find(name);
    if (!plugin?.npmName) throw notInstalled(name);
    return { npmName: plugin.npmName };
  }

  uninstall(
    context: RequestContext,
    { name, purge }: UninstallDto,
  ): ReturnType<InstallationRecords['remove']> {
    return this.records.remove(context, name, purge ?? false);
  }
}

/** Code from elsewhere than before may not be given the stored secrets. */
function withheldNote({ validationWarnings }: PluginDto): string {
  const count = validationWarnings.filter(({ field }) => field.startsWith('config.')).length;
  return count > 0 ? `; ${count} of its stored secrets are withheld from it, see its validationWarnings` : '';
}
