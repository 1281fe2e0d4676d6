import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
drop index catalog_entry_shown;
update catalog_entry e set shown = true where not shown and source <> 'published'
  and not exists (select from catalog_entry other where other.folded_name = e.folded_name
    and other.source <> 'published' and (other.priority, other.source) < (e.priority, e.source));
create unique index catalog_entry_shown on catalog_entry (folded_name) where shown and source <> 'published';
create unique index catalog_entry_published on catalog_entry (folded_name) where source = 'published';
`;

const DOWN = `
drop index catalog_entry_shown, catalog_entry_published;
update catalog_entry e set shown = false where shown and source <> 'published'
  and exists (select from catalog_entry p where p.source = 'published' and p.folded_name = e.folded_name);
create unique index catalog_entry_shown on catalog_entry (folded_name) where shown;
`;

/** What is published here is no longer compared with what catalogues say when it is written, but when it is read. */
export class CatalogPublished1769245200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}
