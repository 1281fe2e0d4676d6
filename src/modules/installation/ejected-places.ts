import { Inject, Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/transaction.js';
import { Conflict } from '../../platform/http/errors.js';
import type { RequestContext } from '../../platform/http/request.js';
import { Jobs } from '../../platform/jobs/jobs.service.js';
import { Nodes } from '../../platform/nodes/nodes.service.js';
import { THIS_NODE, type ThisNode } from '../../platform/nodes/this-node.js';
import type { CopyNodeState } from './copy-node-state.js';
import { EjectedCopyRepository } from './ejected-copy.repository.js';
import { EjectedFolders } from './ejected-folders.js';
import type { InstalledVersionEntity } from './installed-version.entity.js';

export const TIDY = 'tidy-local-copy';

/** What the server that has a local copy is told once the plugin has none any more. */
export interface TidyPayload {
  purge: boolean;
}

/** Where a local copy lies. */
export interface EjectedPlace {
  nodeId: string;
  nodeName: string;
  state: CopyNodeState;
  /** Whether that is this server. */
  isHere: boolean;
  localPath: string;
}

/** Knows which server has which local copy; the record is the fleet's, the copy one server's. */
@Injectable()
export class EjectedPlaces {
  constructor(
    private readonly copies: EjectedCopyRepository,
    private readonly folders: EjectedFolders,
    private readonly nodes: Nodes,
    private readonly jobs: Jobs,
    @Inject(THIS_NODE) private readonly self: ThisNode,
  ) {}

  /** @returns null where none is on record */
  async of(pluginId: string): Promise<EjectedPlace | null> {
    const row = await this.copies.find(pluginId);
    if (!row) return null;
    const { nodeId, localPath } = row;
    const node = await this.nodes.find(nodeId);
    const isHere = nodeId === this.self.id;
    return { nodeId, nodeName: node?.name ?? row.nodeName, state: node?.state ?? 'gone', isHere, localPath };
  }

  /**
   * Notes that the copy lies here.
   * @param before the server that had it and is gone; null where none had
   * @throws Conflict `already_ejected` where another server has it by now
   */
  async hold(
    tx: Tx,
    { pluginId, npmName }: Pick<InstalledVersionEntity, 'pluginId' | 'npmName'>,
    before: string | null = null,
  ): Promise<void> {
    const { id: nodeId, name: nodeName } = this.self;
    const row = { pluginId, nodeId, nodeName, localPath: this.folders.copyOf(npmName) };
    if (await this.copies.hold(tx, row, before)) return;
    throw new Conflict('already_ejected', `${npmName} was ejected on another server at the same time.`, 'x');
  }

  /** Forgets where a copy lies, and has the other server that has it set it aside, or remove it. */
  async release(
    tx: Tx,
    context: RequestContext,
    {
      pluginId,
      npmName,
      place,
      purge,
    }: { pluginId: string; npmName: string; place: EjectedPlace | null; purge: boolean },
  ): Promise<void> {
    await this.copies.release(tx, pluginId);
    // One that is gone sets it aside should it ever start again.
    if (!place || place.isHere || place.state === 'gone') return;
    const payload: TidyPayload = { purge };
    await this.jobs.enqueue(tx, context, { kind: TIDY, subject: npmName, payload, onServer: place.nodeId });
  }
}

/** What is edited can be built where it lies alone. */
export function copyIsAway(npmName: string, { nodeName, state }: EjectedPlace): Conflict {
  const way =
    state === 'gone'
      ? 'eject the plugin again to go on here from what was built last, or reinject it'
      : 'ask again when it is back, or reinject the plugin';
  return new Conflict(
    'local_copy_away',
    `The local copy of ${npmName} lies on the server ${nodeName}, which is ${state}: ${way}.`,
    'x',
  );
}
