import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
create table node (
  id text not null,
  name text not null,
  version text not null,
  state text not null,
  started_at timestamptz not null default now(),
  heartbeat_at timestamptz not null default now(),
  constraint node_pk primary key (id)
) with (fillfactor = 50);

-- A report outlives the plugin until its node has stopped it.
alter table plugin_instance drop constraint plugin_instance_plugin_fk;
alter table plugin_instance add column version text, add column slot integer;
create index plugin_instance_node_id on plugin_instance (node_id);
`;

const DOWN = `
drop index plugin_instance_node_id;
alter table plugin_instance drop column version, drop column slot;
delete from plugin_instance where plugin_id not in (select id from plugin);
alter table plugin_instance add constraint plugin_instance_plugin_fk
  foreign key (plugin_id) references plugin (id) on delete cascade;
drop table node;
`;

/** The nodes of the fleet, and what they report of plugins, until they have stopped them. */
export class Nodes1768986000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}
