import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Transactions } from '../../platform/database/transaction.js';
import { AppError } from '../../platform/http/errors.js';
import type { RequestContext } from '../../platform/http/request.js';
import type { JobTask } from '../../platform/jobs/job-handlers.js';
import { Jobs } from '../../platform/jobs/jobs.service.js';
import { THIS_NODE, type ThisNode } from '../../platform/nodes/this-node.js';
import { EjectedService } from './ejected.service.js';
import type { UninstallDto } from './installation.dto.js';
import { InstallationService } from './installation.service.js';

const EJECT = 'eject';
const UNINSTALL = 'uninstall';

/** Ejects and uninstalls as jobs, for callers that would rather not wait (`Prefer: respond-async`). */
@Injectable()
export class BackgroundChanges implements OnModuleInit {
  constructor(
    private readonly jobs: Jobs,
    private readonly transactions: Transactions,
    private readonly copies: EjectedService,
    private readonly installation: InstallationService,
    @Inject(THIS_NODE) private readonly self: ThisNode,
  ) {}

  onModuleInit(): void {
    this.jobs.define<{ pluginId: string }>(EJECT, (task) =>
      unlessDone(task, 'already_ejected', () => this.copies.eject(task.context, task.payload.pluginId)),
    );
    this.jobs.define<UninstallDto>(UNINSTALL, (task) =>
      unlessDone(task, 'not_installed', () => this.installation.uninstall(task.context, task.payload)),
    );
  }

  /**
   * Queues it on this server, where the copy is to lie.
   * @returns the job's id
   * @throws NotFound `plugin_not_found`, `not_installed`
   */
  async eject(context: RequestContext, segment: string): Promise<string> {
    const { npmName, pluginId } = await this.copies.ejectable(segment);
    const onServer = this.self.id;
    return this.transactions.run((tx) =>
      this.jobs.enqueue(tx, context, { kind: EJECT, subject: npmName, payload: { pluginId }, onServer }),
    );
  }

  /** @returns the job's id @throws NotFound `not_installed` */
  async uninstall(context: RequestContext, { name, purge }: UninstallDto): Promise<string> {
    const { npmName } = await this.installation.removable(name);
    const payload = { name: npmName, purge: purge ?? false };
    return this.transactions.run((tx) =>
      this.jobs.enqueue(tx, context, { kind: UNINSTALL, subject: npmName, payload }),
    );
  }
}

/** A run that its server's end cut short may have done it all: the next one then fails for that alone. */
async function unlessDone<P, T extends object>(
  { attempt, signal }: JobTask<P>,
  code: string,
  work: () => Promise<T>,
): Promise<T | undefined> {
  signal.throwIfAborted();
  try {
    return await work();
  } catch (error) {
    if (attempt > 1 && error instanceof AppError && error.code === code) return undefined;
    throw error;
  }
}
