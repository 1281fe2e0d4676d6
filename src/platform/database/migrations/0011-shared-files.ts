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
`;

const DOWN = `
drop table shared_file_chunk;
drop table shared_file;
`;

/** Files that the fleet keeps for servers that lack them. */
export class SharedFiles1769241600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}
