import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Tx } from '../../../platform/database/transaction.js';
import { RegistrationEntity } from './registration.entity.js';

/** Owns the one row that says what this fleet is at another registry. */
@Injectable()
export class RegistrationRepository {
  constructor(private readonly dataSource: DataSource) {}

  find(): Promise<RegistrationEntity | null> {
    return this.dataSource.getRepository(RegistrationEntity).findOneBy({ id: true });
  }

  /** The row, made with an id for this fleet where there is none yet: every replica gets the same. */
  async claim(): Promise<RegistrationEntity> {
    await this.dataSource.query('insert into registration (agent_id) values ($1) on conflict do nothing', [
      randomUUID(),
    ]);
    return this.dataSource.getRepository(RegistrationEntity).findOneByOrFail({ id: true });
  }

  async save(tx: Tx, row: RegistrationEntity): Promise<void> {
    await tx.update(RegistrationEntity, { id: true }, row);
  }

  /** Notes that the registry knows all there is to know; answers when that was. */
  async noteSync(): Promise<Date> {
    const [rows] = await this.dataSource.query<[{ at: Date }[], number]>(
      'update registration set synced_at = now(), error = null returning synced_at as at',
    );
    return rows[0]?.at ?? new Date();
  }

  async noteFailure(error: string): Promise<void> {
    await this.dataSource.query('update registration set error = $1', [error]);
  }
}
