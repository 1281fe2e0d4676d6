import { BoundedPool } from './bounded-pool.js';
import type { PoolOptions } from './data-source.js';

/** A plan is made once, for whatever values, and never compiled: that takes longer than what it is for. */
const ONE_PLAN = '-c plan_cache_mode=force_generic_plan -c jit=off';

/**
 * Statements that are asked over and over and take longer to plan than to run. Each of these connections plans one
 * once. They are few, and apart from the others: whoever asks for more at a time waits here, and holds up nobody else.
 */
export class PlannedStatements {
  private readonly pool: BoundedPool;
  private readonly names = new Map<string, string>();

  constructor(url: string, options: PoolOptions) {
    this.pool = new BoundedPool(url, options, {
      application_name: 'plugboard statements',
      options: ONE_PLAN,
    });
  }

  /** @param text one of few: each is kept by Postgres as long as its connection lasts */
  async query<Row extends object>(text: string, values: unknown[]): Promise<Row[]> {
    const name = this.names.get(text) ?? `planned_${this.names.size}`;
    this.names.set(text, name);
    const { rows } = await this.pool.query<Row>({ name, text, values });
    return rows;
  }

  async end(): Promise<void> {
    await this.pool.end();
  }
}
