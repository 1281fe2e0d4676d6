import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
create table catalog_source (
  id text not null,
  kind text not null,
  location text not null,
  priority integer not null,
  entries integer not null default 0,
  skipped integer not null default 0,
  state json,
  error text,
  checked_at timestamptz,
  refreshed_at timestamptz,
  constraint catalog_source_pk primary key (id)
);

create table catalog_entry (
  source text not null,
  name text not null,
  folded_name text not null,
  priority integer not null,
  shown boolean not null,
  kind text not null,
  category text not null,
  language text,
  supports text[] not null,
  display_name text not null,
  description text not null,
  tags text[] not null,
  npm_package text,
  version text,
  installable boolean not null,
  deprecated boolean not null,
  stars integer not null,
  document json not null,
  digest text not null,
  updated_at timestamptz not null default now(),
  constraint catalog_entry_pk primary key (source, name)
);
create unique index catalog_entry_shown on catalog_entry (folded_name) where shown;
create index catalog_entry_listed on catalog_entry (installable, folded_name) where shown;
create index catalog_entry_folded_name on catalog_entry (folded_name, priority);
create index catalog_entry_npm_package on catalog_entry (npm_package);
`;

/** Catalogue sources, and the plugins that they and publishers name. */
export class Catalog1768723200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table catalog_entry, catalog_source');
  }
}
