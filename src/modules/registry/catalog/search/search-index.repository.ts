import { Injectable } from '@nestjs/common';
import { LongTransactions } from '../../../../platform/database/long-transactions.js';
import type { Tx } from '../../../../platform/database/transaction.js';
import { SEEN_ENTRIES } from '../catalog-entry.entity.js';

/** Nobody types longer words, and the words of names are words already. */
const TO_BE_KNOWN = `length(word) <= 40 and word not like '=%'`;
/** So many entries must have a word in their names for it to be counted there too. */
const MANY_NAMES = 1_000;

const ASCII_MARKS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~';
const plain = (text: string): string =>
  `translate(normalize(${text}, NFKC), '${ASCII_MARKS}', '${' '.repeat(ASCII_MARKS.length)}')`;
const words = (text: string): string => `strip(to_tsvector('simple', ${plain(text)}))`;

/** A name without scope and without what half of all names begin with, in one piece: `open-ai` is `openai`. */
const NAME_KEY = `left(regexp_replace(regexp_replace(folded_name, '^.*/', ''),
  '^(eliza(os)?-)?((plugin|client|adapter|server|mcp)-)?', ''), 100)`;
const JOINED = `replace(${plain(NAME_KEY)}, ' ', '')`;
const FACETS = `array['kind=' || left(lower(kind), 100), 'category=' || left(lower(category), 100)]
  || case when language is null then '{}' else array['language=' || left(lower(language), 100)] end
  || array(select 'support=' || left(lower(s), 100) from unnest(supports) s)`;
/** Names are short; what is longer comes from somebody who wants to be found by everything. */
const NAME_WORDS = words(`left(regexp_replace(folded_name, '^.*/', ''), 200) || ' ' || ${JOINED}`);

/** What lives and can be installed stands above what has more stars: the first two make 5.5, stars 2 at most. */
const QUALITY = `(case when installable then 3 else 0 end
  + case when kind <> 'agent' or supports && array['v1', 'v2'] then 2.5 else 0 end
  - case when deprecated then 4 else 0 end
  + least(2, ln(1 + greatest(stars, 0)) / 3)
  + case when description = '' then 0 else 0.3 end)::real`;

/**
 * The columns of `catalog_search`. Lexemes are the words of an entry as they are, those of its name also with `=`
 * in front, and its facets, `kind=agent`: no word has a `=`.
 */
const COLUMNS = 'folded_name, source, name, digest, name_key, quality, facets, lexemes';
/** The filter stands inside: what is computed for an entry shall be computed once, and only for those that are wanted. */
const rows = (wanted: string): string => `
select folded_name, source, name, digest, joined, quality, facets,
  name_words || ${words(`left(folded_name, 200) || ' ' || left(display_name, 200) || ' ' || left(category, 100)
    || ' ' || left(array_to_string(tags, ' '), 1000) || ' ' || left(description, 2000)`)}
  || array_to_tsvector(array(select '=' || w from unnest(tsvector_to_array(name_words)) w) || facets)
from (select *, ${JOINED} as joined, ${QUALITY} as quality, ${FACETS} as facets, ${NAME_WORDS} as name_words
  from ${SEEN_ENTRIES} seen where ${wanted} offset 0) entry`;

const DIFFERENT = `
select folded_name as name from ${SEEN_ENTRIES} e full join catalog_search s using (folded_name)
where (e.source, e.name, e.digest) is distinct from (s.source, s.name, s.digest) limit $1`;
/** What others published or withdrew while everything was built anew: it went to the old table. */
const PUBLISHED_MEANWHILE = `
select folded_name as name from (select * from catalog_entry where source = 'published') e
full join (select * from catalog_search_next where source = 'published') s using (folded_name)
where (e.name, e.digest) is distinct from (s.name, s.digest)`;

/** Lets a thousand words be read from their index alone, without a look at the table for each. */
const SEEN_BY_ALL = 'vacuum catalog_word';
/** One rebuilds at a time; and whoever changes rows takes turns, so that what is written last was read last. */
const REBUILDING = `select pg_advisory_xact_lock(hashtext('catalog_search'))`;
const WRITING = `select pg_advisory_xact_lock(hashtext('catalog_search rows'))`;

/** For sorting and counting while everything is built anew. */
const BUILD_MEMORY = '256MB';

/** Names that one statement brings up to date. */
const STEP = 1_000;
/** Above so many names everything is built anew: that takes as long, and puts the rows in order. */
const MOST_STEPS = 10;

/**
 * Keeps what is searched in step with the entries that are shown: `catalog_search`, a row an entry, and
 * `catalog_word`, their words. Built anew its rows lie best first, so a search that stops early has seen the best.
 */
@Injectable()
export class SearchIndex {
  constructor(private readonly long: LongTransactions) {}

  /**
   * Brings up to date what differs, whatever was missed before. At a million entries that is seconds to find out, and
   * two minutes where most differ; searches go on with what there was. Not within a transaction: it has its own.
   */
  async follow(): Promise<void> {
    const names = await this.long.run(async (tx) => {
      await tx.query(REBUILDING);
      const rows = await tx.query<{ name: string }[]>(DIFFERENT, [STEP * MOST_STEPS + 1]);
      if (rows.length <= STEP * MOST_STEPS) return rows.map(({ name }) => name);
      await this.rebuild(tx);
      return null;
    });
    if (names === null) return this.long.statement(SEEN_BY_ALL);
    for (let from = 0; from < names.length; from += STEP)
      await this.long.run((tx) => this.put(tx, names.slice(from, from + STEP)));
    if (names.length > 0) await this.long.statement('analyze catalog_search');
  }

  /**
   * Brings some entries up to date, atomic with the change to them: a millisecond for ten. New rows lie last, and
   * known words keep their counts, which only tells among more than some hundreds of hits; new words are known at once.
   * @param foldedNames of entries that were changed, shown or taken away
   */
  async put(tx: Tx, foldedNames: readonly string[]): Promise<void> {
    if (foldedNames.length === 0) return;
    await tx.query(WRITING);
    await tx.query('delete from catalog_search where folded_name = any($1)', [foldedNames]);
    await tx.query(`insert into catalog_search (${COLUMNS}) ${rows('folded_name = any($1)')}`, [foldedNames]);
    await tx.query(
      `insert into catalog_word (word, entries)
       select word, count(*) from catalog_search, unnest(tsvector_to_array(lexemes)) word
       where folded_name = any($1) and ${TO_BE_KNOWN} group by word
       on conflict (word) do nothing`,
      [foldedNames],
    );
  }

  /** Builds everything beside what there is and puts it in its place; only then searches wait, until the commit. */
  private async rebuild(tx: Tx): Promise<void> {
    await tx.query(`set local maintenance_work_mem = '${BUILD_MEMORY}'`);
    await tx.query(`set local work_mem = '${BUILD_MEMORY}'`);
    await tx.query('create table catalog_search_next (like catalog_search)');
    await tx.query(
      `insert into catalog_search_next (${COLUMNS}) ${rows('true')} order by quality desc, folded_name`,
    );
    await tx.query('alter table catalog_search_next add primary key (folded_name)');
    await tx.query('create index on catalog_search_next (name_key, quality)');
    await tx.query('create index on catalog_search_next using gin (lexemes) with (fastupdate = off)');
    await this.countWords(tx);
    await tx.query('analyze catalog_search_next, catalog_word_next');
    await tx.query(WRITING);
    await tx.query('lock table catalog_word, catalog_search in access exclusive mode');
    const published = await tx.query<{ name: string }[]>(PUBLISHED_MEANWHILE);
    await tx.query('drop table catalog_search, catalog_word');
    await tx.query('alter table catalog_search_next rename to catalog_search');
    await tx.query('alter table catalog_word_next rename to catalog_word');
    await this.put(
      tx,
      published.map(({ name }) => name),
    );
  }

  /** Not with `ts_stat`: names that count upwards make a list of its tree, and a million of them take an hour. */
  private async countWords(tx: Tx): Promise<void> {
    await tx.query('create table catalog_word_next (like catalog_word)');
    await tx.query(`
      insert into catalog_word_next (word, entries)
      select word, count(*) from catalog_search_next, unnest(tsvector_to_array(lexemes)) word
      group by word having ${TO_BE_KNOWN} or count(*) >= ${MANY_NAMES}`);
    await tx.query('alter table catalog_word_next add primary key (word)');
    await tx.query('create index on catalog_word_next ("left"(word, 2), entries) include (word)');
  }
}
