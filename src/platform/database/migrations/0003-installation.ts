import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
create table installed_version (
  plugin_id text not null,
  version text not null,
  npm_name text not null,
  directory text not null,
  package_dir text not null,
  lockfile text not null,
  tree_digest text not null,
  trust json not null,
  unpacked_bytes bigint not null,
  files integer not null,
  installed_at timestamptz not null default now(),
  constraint installed_version_pk primary key (plugin_id, version),
  constraint installed_version_plugin_fk foreign key (plugin_id) references plugin (id) on delete cascade
);
create index installed_version_npm_name on installed_version (npm_name);

create table retained_settings (
  npm_name text not null,
  plugin_id text not null,
  config json,
  constraint retained_settings_pk primary key (npm_name)
);
`;

/** Installed versions of packages, and settings kept for a reinstall. */
export class Installation1768636800000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table installed_version, retained_settings');
  }
}
