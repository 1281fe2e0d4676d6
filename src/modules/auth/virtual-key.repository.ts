import { Injectable } from '@nestjs/common';
import { DataSource, IsNull } from 'typeorm';
import type { Tx } from '../../platform/database/transaction.js';
import { VirtualKeyEntity } from './virtual-key.entity.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Owns the table of virtual keys. */
@Injectable()
export class VirtualKeyRepository {
  constructor(private readonly dataSource: DataSource) {}

  findByHash(hash: string): Promise<VirtualKeyEntity | null> {
    return this.dataSource.getRepository(VirtualKeyEntity).findOneBy({ hash });
  }

  async findById(id: string): Promise<VirtualKeyEntity | null> {
    if (!UUID.test(id)) return null;
    return this.dataSource.getRepository(VirtualKeyEntity).findOneBy({ id });
  }

  /** The key in use that has this id or, failing that, this name. */
  findInUse(idOrName: string): Promise<VirtualKeyEntity | null> {
    const where = UUID.test(idOrName) ? { id: idOrName } : { name: idOrName };
    return this.dataSource.getRepository(VirtualKeyEntity).findOneBy({ ...where, revokedAt: IsNull() });
  }

  list(): Promise<VirtualKeyEntity[]> {
    return this.dataSource.getRepository(VirtualKeyEntity).find({ order: { createdAt: 'DESC', id: 'ASC' } });
  }

  async insert(tx: Tx, key: VirtualKeyEntity): Promise<void> {
    await tx.insert(VirtualKeyEntity, key);
  }

  /** @returns false when the key was revoked meanwhile */
  async replaceHash(tx: Tx, id: string, hash: string, prefix: string): Promise<boolean> {
    const { affected } = await tx.update(VirtualKeyEntity, { id, revokedAt: IsNull() }, { hash, prefix });
    return affected === 1;
  }

  /** @returns false when the key was revoked already */
  async revoke(tx: Tx, id: string): Promise<boolean> {
    const { affected } = await tx.update(
      VirtualKeyEntity,
      { id, revokedAt: IsNull() },
      { revokedAt: () => 'now()' },
    );
    return affected === 1;
  }

  async touch(id: string): Promise<void> {
    await this.dataSource.query('update virtual_key set last_used_at = now() where id = $1', [id]);
  }
}
