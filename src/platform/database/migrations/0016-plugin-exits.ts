import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
create table plugin_exit (
  plugin_id text not null constraint plugin_exit_plugin_fk references plugin (id) on delete cascade,
  node_id text not null,
  cause text not null,
  at timestamptz not null,
  count integer not null,
  constraint plugin_exit_pk primary key (plugin_id, node_id)
);
`;

/** How each plugin last ended unasked, on each node. */
export class PluginExits1769590800000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table plugin_exit');
  }
}
