import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
create unlogged table rate_limit (
  key text not null,
  level double precision not null,
  at timestamptz not null,
  constraint rate_limit_pk primary key (key)
);
create index rate_limit_at on rate_limit (at);
`;

/** What callers have left of their quotas; of a minute's worth, so that a crash of Postgres may forget it. */
export class RateLimits1769155200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table rate_limit');
  }
}
