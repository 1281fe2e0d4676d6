import type { MigrationInterface, QueryRunner } from 'typeorm';
import { nameKeys } from '../../names.js';

const COLUMNS = `
alter table plugin add column skeleton text;
alter table agent add column folded_id text, add column skeleton text, add column owner text;
alter table published_artifact add column skeleton text, add column owner text,
  add column vouched boolean not null default false;
`;

const K = 'unnest($1::text[], $2::text[], $3::text[]) as k(name, folded, skeleton)';
/** The oldest of those that look alike has the key; the others stay as they are, and no new one comes beside them. */
const PLUGIN_KEYS = `
with ranked as (
  select p.id, k.skeleton, row_number() over (partition by k.skeleton order by p.created_at, p.id) as place
  from ${K} join plugin p on p.id = k.name)
update plugin p set skeleton = r.skeleton from ranked r where p.id = r.id and r.place = 1`;
const AGENT_KEYS = `
with ranked as (
  select a.id, k.folded, k.skeleton,
    row_number() over (partition by k.folded order by a.registered_at, a.id) as folds,
    row_number() over (partition by k.skeleton order by a.registered_at, a.id) as skeletons
  from ${K} join agent a on a.id = k.name)
update agent a set folded_id = case when r.folds = 1 then r.folded end,
  skeleton = case when r.skeletons = 1 then r.skeleton end
from ranked r where a.id = r.id`;
const ARTIFACT_KEYS = `
update published_artifact a set skeleton = k.skeleton from ${K} where a.name = k.name`;

const INDEXES = `
create unique index plugin_skeleton on plugin (skeleton);
create unique index agent_folded_id on agent (folded_id);
create unique index agent_skeleton on agent (skeleton);
create index agent_owner on agent (owner);
alter table published_artifact alter column skeleton set not null;
create index published_artifact_skeleton on published_artifact (skeleton);
`;

const DOWN = `
drop index plugin_skeleton, agent_folded_id, agent_skeleton, agent_owner, published_artifact_skeleton;
alter table plugin drop column skeleton;
alter table agent drop column folded_id, drop column skeleton, drop column owner;
alter table published_artifact drop column skeleton, drop column owner, drop column vouched;
`;

/** What names look like, and who owns them. */
export class Owners1769248800000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(COLUMNS);
    await fill(runner, 'select id as name from plugin', PLUGIN_KEYS);
    await fill(runner, 'select id as name from agent', AGENT_KEYS);
    await fill(runner, 'select distinct name from published_artifact', ARTIFACT_KEYS);
    await runner.query(INDEXES);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}

/** Unicode's rules are the program's, not the database's, whose own depend on how it was built. */
async function fill(runner: QueryRunner, select: string, update: string): Promise<void> {
  const rows = (await runner.query(select)) as { name: string }[];
  if (rows.length === 0) return;
  const keys = rows.map(({ name }) => nameKeys(name));
  await runner.query(update, [
    rows.map(({ name }) => name),
    keys.map(({ folded }) => folded),
    keys.map(({ skeleton }) => skeleton),
  ]);
}
