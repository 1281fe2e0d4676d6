import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
create table published_artifact (
  id text not null,
  name text not null,
  folded_name text not null,
  version text not null,
  version_rank text not null,
  description text not null,
  plugin_type text not null,
  plugin_runtime text not null,
  artifact_url text not null,
  checksum text not null,
  config_schema text not null,
  status text not null default 'active',
  status_message text,
  replacement text,
  latest boolean not null default false,
  verification text not null default 'pending',
  verification_cause text,
  checked_at timestamptz,
  check_after timestamptz,
  attempts integer not null default 0,
  bytes bigint,
  registered_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint published_artifact_pk primary key (id)
);
create unique index published_artifact_version on published_artifact (name, version);
create index published_artifact_folded_name on published_artifact (folded_name);
create index published_artifact_check_after on published_artifact (check_after);

alter table installed_version add column source text not null default 'npm';
`;

/** What is published here, and versions that are installed from it. */
export class Artifacts1768896000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table installed_version drop column source');
    await runner.query('drop table published_artifact');
  }
}
