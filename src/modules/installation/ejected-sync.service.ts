import { access } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import { Forbidden, NotFound } from '../../platform/http/errors.js';
import type { RequestContext } from '../../platform/http/request.js';
import { EjectedBuilds, type Rebuild } from './ejected-builds.js';
import type { SyncDoneDto, SyncDto } from './ejected.dto.js';
import { EjectedFolders } from './ejected-folders.js';
import { EjectedLocks } from './ejected-locks.js';
import { EjectedScript } from './ejected-script.js';
import { EjectedService } from './ejected.service.js';
import { EjectedUpstream } from './ejected-upstream.js';

/** Runs a plugin from its local copy as it is now; where that does not start, what ran before runs on. */
@Injectable()
export class EjectedSync {
  constructor(
    private readonly copies: EjectedService,
    private readonly folders: EjectedFolders,
    private readonly builds: EjectedBuilds,
    private readonly upstream: EjectedUpstream,
    private readonly script: EjectedScript,
    private readonly locks: EjectedLocks,
  ) {}

  /**
   * @throws NotFound `plugin_not_found`, `not_ejected`; Unprocessable `build_failed`; Conflict `sync_conflict`;
   *   Forbidden `scope_missing`; whatever keeps it from starting
   */
  async sync(context: RequestContext, segment: string, options: SyncDto): Promise<SyncDoneDto> {
    refuseScript(context, options);
    const { npmName } = await this.copies.ejected(segment);
    return this.locks.exclusively(npmName, async () => {
      const row = await this.copies.ejected(segment);
      const from = this.folders.copyOf(npmName);
      await access(from).catch(() => {
        throw new NotFound('not_ejected', `The local copy of ${npmName} is gone. Reinject the plugin.`, 'x');
      });
      const logs: string[] = [];
      const how = {
        action: 'plugin.sync',
        bundling: options.builder === 'bundle' ? 'always' : 'if-needed',
        ...(options.builder === 'script' && {
          prepare: async (folder: string) => void logs.push(...(await this.script.run(folder))),
        }),
      } satisfies Omit<Rebuild, 'row' | 'from'>;
      const merged = options.upstream === true ? await this.upstream.merge(context, row, how) : null;
      if (merged === null) await this.builds.run(context, { ...how, row, from });
      const message =
        merged === null ? 'runs as the local copy is now' : `has ${merged} merged into the local edits`;
      return {
        ok: true,
        requiresRestart: false,
        pluginName: npmName,
        message: `${npmName} ${message}`,
        logs,
      };
    });
  }
}

/** A build script runs outside of the fence, so who may not install may not run it. */
function refuseScript({ actor }: RequestContext, { builder, upstream }: SyncDto): void {
  if (actor.scopes.has('admin') || actor.scopes.has('plugins:install')) return;
  if (builder !== 'script' && upstream !== true) return;
  throw new Forbidden(
    'scope_missing',
    'builder: "script" and upstream: true need the scope plugins:install.',
    upstream === true ? 'upstream' : 'builder',
  );
}
