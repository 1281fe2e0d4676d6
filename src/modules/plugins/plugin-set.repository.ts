import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** A plugin that the fleet runs. */
export interface FleetPlugin {
  /** Its npm name, else its id: what it is called elsewhere too. */
  name: string;
  version: string | null;
  /** SHA-256 of its code; null while no node runs it. */
  digest: string | null;
}

/** The plugins that are wanted, with the code that nodes last said they run. Reads only. */
@Injectable()
export class PluginSet {
  constructor(private readonly dataSource: DataSource) {}

  /** Each name once, ordered by it. */
  list(): Promise<FleetPlugin[]> {
    return this.dataSource.query<FleetPlugin[]>(
      `select distinct on (name) name, version, digest from (
         select coalesce(npm_name, id) collate "C" as name, id, version, (
           select digest from plugin_instance
           where plugin_id = plugin.id and digest is not null order by reported_at desc limit 1) as digest
         from plugin where enabled) as known
       order by name, id`,
    );
  }
}
