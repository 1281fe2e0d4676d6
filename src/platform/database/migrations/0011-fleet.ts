import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
create table shared_file (
  sha256 text not null,
  bytes bigint not null,
  used_at timestamptz not null default now(),
  constraint shared_file_pk primary key (sha256)
);
create index shared_file_used_at on shared_file (used_at);

create table shared_file_chunk (
  sha256 text not null,
  place integer not null,
  content bytea not null,
  constraint shared_file_chunk_pk primary key (sha256, place),
  constraint shared_file_chunk_file_fk foreign key (sha256) references shared_file (sha256) on delete cascade
);

create table ejected_copy (
  plugin_id text not null,
  node_id text not null,
  node_name text not null,
  local_path text not null,
  constraint ejected_copy_pk primary key (plugin_id),
  constraint ejected_copy_plugin_fk foreign key (plugin_id) references plugin (id) on delete cascade
);

alter table idempotency add column claim uuid not null default gen_random_uuid(),
  add column node_id text, add column node_started_at timestamptz, add column work text;
alter table idempotency alter column claim drop default;
`;

const DOWN = `
alter table idempotency drop column claim, drop column node_id, drop column node_started_at, drop column work;
drop table ejected_copy;
drop table shared_file_chunk;
drop table shared_file;
`;

/** What servers know for each other: files that some lack, where local copies lie, and who works on a keyed request. */
export class Fleet1769241600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}
