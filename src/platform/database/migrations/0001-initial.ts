import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
create table audit (
  id bigint generated always as identity not null,
  at timestamptz not null default now(),
  action text not null,
  actor_kind text not null,
  actor_id text not null,
  actor_name text not null,
  target_type text not null,
  target_id text not null,
  before json,
  after json,
  reason text,
  request_id text not null,
  constraint audit_pk primary key (id)
);
create index audit_target on audit (target_type, target_id, id);

create table event (
  id bigint generated always as identity not null,
  type text not null,
  data jsonb not null,
  at timestamptz not null default now(),
  constraint event_pk primary key (id)
);
create index event_at on event (at);

create table idempotency (
  id text not null,
  request_hash text not null,
  answer text,
  created_at timestamptz not null default now(),
  constraint idempotency_pk primary key (id)
);
create index idempotency_created_at on idempotency (created_at);

create table virtual_key (
  id uuid not null,
  name text not null,
  prefix text not null,
  hash text not null,
  scopes text[] not null,
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz not null default now(),
  constraint virtual_key_pk primary key (id)
);
create unique index virtual_key_name on virtual_key (name) where revoked_at is null;
create unique index virtual_key_hash on virtual_key (hash);

create sequence plugin_slot_seq as integer;
create table plugin (
  id text not null,
  folded_id text not null,
  slot integer not null,
  name text not null,
  source text not null,
  npm_name text,
  version text,
  description text not null default '',
  category text not null default 'custom',
  tags text[] not null default '{}',
  enabled boolean not null default false,
  path text,
  checksum text,
  config_schema json,
  declaration json,
  config_ui_hints json not null default '{}',
  config json,
  placement text,
  "order" integer,
  revision integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint plugin_pk primary key (id),
  constraint plugin_revision_positive check (revision > 0)
);
create unique index plugin_folded_id on plugin (folded_id);
create unique index plugin_slot on plugin (slot);
create index plugin_name on plugin (name);
create index plugin_npm_name on plugin (npm_name);

create table plugin_instance (
  plugin_id text not null,
  node_id text not null,
  status text not null,
  actual_name text,
  types text[] not null default '{}',
  error text,
  revision integer,
  digest text,
  reported_at timestamptz not null default now(),
  constraint plugin_instance_pk primary key (plugin_id, node_id),
  constraint plugin_instance_plugin_fk foreign key (plugin_id) references plugin (id) on delete cascade
);
`;

const DOWN = `
drop table plugin_instance, plugin, virtual_key, idempotency, event, audit;
drop sequence plugin_slot_seq;
`;

/** Plugins, what nodes report of them, virtual keys, events, audit rows and idempotency keys. */
export class Initial1768464000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}
