import { Injectable } from '@nestjs/common';
import { DataSource, Not } from 'typeorm';
import type { Tx } from '../../../platform/database/transaction.js';
import { nameKeys } from '../../../platform/names.js';
import {
  type ArtifactStatus,
  type ArtifactType,
  PublishedArtifactEntity,
  type Verification,
} from './published-artifact.entity.js';

export interface ArtifactFilter {
  name?: string;
  pluginType?: ArtifactType;
  pluginRuntime?: string;
  status?: ArtifactStatus;
  verification?: Verification;
  latest?: boolean;
  /** Text in name or description, in any case. */
  q?: string;
  /** Only what has changed since; deleted versions too. */
  updatedSince?: Date;
  /** Id of the last version of the page before. */
  cursor?: string;
  limit: number;
}

/** Columns that change during a version's life. */
export type ArtifactChanges = Partial<
  Pick<
    PublishedArtifactEntity,
    | 'status'
    | 'statusMessage'
    | 'replacement'
    | 'latest'
    | 'verification'
    | 'verificationCause'
    | 'checkedAt'
    | 'checkAfter'
    | 'attempts'
    | 'bytes'
    | 'updatedAt'
    | 'vouched'
  >
>;

/** Owns the table of what is published here. */
@Injectable()
export class PublishedArtifactRepository {
  constructor(private readonly dataSource: DataSource) {}

  find(id: string): Promise<PublishedArtifactEntity | null> {
    return this.dataSource.getRepository(PublishedArtifactEntity).findOneBy({ id });
  }

  /** Of everything that is published here. */
  async checksums(): Promise<string[]> {
    const rows = await this.dataSource
      .getRepository(PublishedArtifactEntity)
      .find({ select: { checksum: true }, where: { status: Not('deleted') } });
    return rows.map(({ checksum }) => checksum);
  }

  /** Whether the bytes of a checksum are handed out as an artifact, whichever that is. */
  isHandedOut(checksum: string): Promise<boolean> {
    return this.dataSource
      .getRepository(PublishedArtifactEntity)
      .existsBy({ checksum, verification: 'verified', status: Not('deleted') });
  }

  /** Only one change at a time about a name and those that look like it. */
  async lockName(tx: Tx, foldedName: string): Promise<void> {
    await tx.query('select pg_advisory_xact_lock(7301982, hashtext($1))', [foldedName]);
  }

  /** Everything that was ever published under a name or one that looks like it. */
  likeNamed(tx: Tx, foldedName: string): Promise<PublishedArtifactEntity[]> {
    return tx.findBy(PublishedArtifactEntity, { foldedName });
  }

  /** No other name comes into use until `tx` ends. */
  async lockNewNames(tx: Tx): Promise<void> {
    await tx.query('select pg_advisory_xact_lock(7301983)');
  }

  /** A name that was ever published and that people could take for this one; null where there is none. */
  async findLookAlike(tx: Tx, name: string): Promise<string | null> {
    const { folded, skeleton } = nameKeys(name);
    const row = await tx.findOne(PublishedArtifactEntity, {
      where: [{ foldedName: folded }, { skeleton }],
      order: { registeredAt: 'ASC' },
    });
    return row?.name ?? null;
  }

  async setOwner(tx: Tx, name: string, owner: string | null): Promise<void> {
    await tx.update(PublishedArtifactEntity, { name }, { owner });
  }

  /** Everything that was ever published under exactly this name. */
  named(name: string): Promise<PublishedArtifactEntity[]> {
    return this.dataSource.getRepository(PublishedArtifactEntity).findBy({ name });
  }

  async insert(tx: Tx, row: PublishedArtifactEntity): Promise<void> {
    await tx.insert(PublishedArtifactEntity, row);
  }

  async change(tx: Tx, id: string, changes: ArtifactChanges): Promise<void> {
    await tx.update(PublishedArtifactEntity, { id }, changes);
  }

  /** By name, the newest version of each first. */
  list({ cursor, limit, q, updatedSince, ...exact }: ArtifactFilter): Promise<PublishedArtifactEntity[]> {
    const query = this.dataSource.getRepository(PublishedArtifactEntity).createQueryBuilder('a').where(exact);
    if (updatedSince) query.andWhere('a.updated_at >= :updatedSince', { updatedSince });
    else if (exact.status !== 'deleted') query.andWhere(`a.status <> 'deleted'`);
    if (q !== undefined)
      query.andWhere(`position(lower(:q) in lower(a.name || ' ' || a.description)) > 0`, { q });
    if (cursor !== undefined)
      query.andWhere(
        `exists (select 1 from published_artifact c where c.id = :cursor and (a.name collate "C" > c.name
           or a.name = c.name and a.version_rank collate "C" < c.version_rank))`,
        { cursor },
      );
    return query
      .orderBy('a.name collate "C"', 'ASC')
      .addOrderBy('a.version_rank collate "C"', 'DESC')
      .limit(limit)
      .getMany();
  }

  /**
   * Takes versions that are due for a check, and makes them due again after `leaseMs` in case nobody does it.
   * @returns them; no two callers get the same
   */
  async takeDue(
    tx: Tx,
    limit: number,
    leaseMs: number,
  ): Promise<{ id: string; name: string; version: string }[]> {
    const [rows] = await tx.query<[{ id: string; name: string; version: string }[], number]>(
      `update published_artifact set check_after = now() + $2 * interval '1 millisecond'
       where id in (select id from published_artifact where check_after <= now() and status <> 'deleted'
                    order by check_after limit $1 for update skip locked)
       returning id, name, version`,
      [limit, leaseMs],
    );
    return rows;
  }
}
