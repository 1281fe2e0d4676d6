import { execute } from './database.js';

interface JobRow {
  id: string;
  subject?: string;
  state?: string;
  percentage?: number;
}

/** Records a job that nobody will run, as though a server of another version had queued it. */
export async function insertJob(
  url: string,
  { id, subject = 'pkg', state = 'queued', percentage = 0 }: JobRow,
): Promise<void> {
  await execute(
    url,
    `insert into job (id, kind, subject, payload, state, percentage, request_id, actor_kind, actor_id, actor_name)
     values ('${id}', 'install', '${subject}', '{}', '${state}', ${percentage}, 'r', 'system', 'system', 'system')`,
  );
}

/** Lets something happen to a job, and announces it as a server does. */
export async function announceJob(url: string, type: string, data: object): Promise<void> {
  await execute(
    url,
    `with added as (insert into event (type, data) values ('${type}', '${JSON.stringify(data)}') returning *)
     select pg_notify('plugboard',
       json_build_object('id', id::text, 'type', type, 'data', data, 'at', at)::text) from added`,
  );
}
