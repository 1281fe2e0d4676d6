import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
create table scheduled_work (
  name text not null,
  due_at timestamptz not null,
  node_id text not null,
  started_at timestamptz not null,
  finished_at timestamptz,
  constraint scheduled_work_pk primary key (name)
);
`;

/** Work that is done once per period by the whole fleet. */
export class Schedule1768982400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table scheduled_work');
  }
}
