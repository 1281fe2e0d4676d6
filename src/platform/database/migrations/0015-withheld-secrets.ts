import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
alter table plugin add column withheld json not null default '{}';
alter table retained_settings add column withheld json not null default '{}', add column origin json;
`;

const DOWN = `
alter table plugin drop column withheld;
alter table retained_settings drop column withheld, drop column origin;
`;

/** Settings that are not given to a plugin's code, since it was exchanged by somebody who may not see them. */
export class WithheldSecrets1769504400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}
