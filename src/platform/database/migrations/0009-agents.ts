import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Heartbeats rewrite rows of `agent` in place: a page that keeps room for that needs no new index entries. */
const UP = `
create table agent (
  id text not null,
  name text not null,
  endpoint text,
  uri text,
  version text,
  heartbeat_interval integer not null,
  plugin_count integer not null,
  digest text not null,
  seen_at timestamptz not null default now(),
  registered_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint agent_pk primary key (id)
) with (fillfactor = 70);

create table agent_plugin (
  agent_id text not null,
  name text not null,
  version text,
  digest text,
  constraint agent_plugin_pk primary key (agent_id, name),
  constraint agent_plugin_agent_fk foreign key (agent_id) references agent (id) on delete cascade
);
create index agent_plugin_name on agent_plugin (name, version);

create table registration (
  id boolean not null default true,
  agent_id text not null,
  registry_url text,
  name text,
  endpoint text,
  uri text,
  registered_at timestamptz,
  synced_at timestamptz,
  error text,
  constraint registration_pk primary key (id),
  constraint registration_one_row check (id)
);
`;

/** Agents that report here, the plugins they run, and this fleet's own place at another registry. */
export class Agents1769068800000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table agent_plugin, agent, registration');
  }
}
