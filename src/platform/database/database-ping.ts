import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** Probes have short limits of their own and take a late answer for a dead server. */
const PATIENCE_MS = 2_000;

/** Asks whether Postgres answers, and in good time. */
@Injectable()
export class DatabasePing {
  constructor(private readonly dataSource: DataSource) {}

  answers(): Promise<boolean> {
    const answer = this.dataSource.query('select 1').then(
      () => true,
      () => false,
    );
    return Promise.race([answer, delay(PATIENCE_MS, false, { ref: false })]);
  }
}
