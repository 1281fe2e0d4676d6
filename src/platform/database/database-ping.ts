import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** Asks whether Postgres answers. */
@Injectable()
export class DatabasePing {
  constructor(private readonly dataSource: DataSource) {}

  answers(): Promise<boolean> {
    return this.dataSource.query('select 1').then(
      () => true,
      () => false,
    );
  }
}
