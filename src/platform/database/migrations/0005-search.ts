import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The indexes have no names of their own: the table is built anew beside the one in use and takes its place.
 * Words are compared byte by byte, so that a prefix is a range of the index.
 */
const UP = `
create table catalog_search (
  folded_name text not null,
  source text not null,
  name text not null,
  digest text not null,
  name_key text collate "C" not null,
  quality real not null,
  facets text[] not null,
  lexemes tsvector not null,
  primary key (folded_name)
);
create index on catalog_search (name_key, quality);
create index on catalog_search using gin (lexemes);

create table catalog_word (
  word text collate "C" not null,
  entries integer not null,
  constraint catalog_word_pk primary key (word)
);
create index catalog_word_start on catalog_word ("left"(word, 2), entries) include (word);
`;

/** What the catalogue is searched by: an entry's words, and how many entries have a word. */
export class Search1768809600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table catalog_word, catalog_search');
  }
}
