import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
create table job (
  id uuid not null,
  kind text not null,
  subject text not null,
  payload json not null,
  state text not null default 'queued',
  phase text not null default '',
  percentage integer not null default 0,
  message text,
  result json,
  error json,
  attempts integer not null default 0,
  request_id text not null,
  actor_kind text not null,
  actor_id text not null,
  actor_name text not null,
  node_id text,
  heartbeat_at timestamptz,
  cancel_requested_at timestamptz,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  constraint job_pk primary key (id),
  constraint job_percentage_range check (percentage between 0 and 100)
);
create index job_kind_subject on job (kind, subject);
create index job_unfinished on job (state) where state in ('queued', 'running');
`;

/** Long work, on record; the queue itself is graphile-worker's, in a schema of its own. */
export class Jobs1768550400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table job');
  }
}
