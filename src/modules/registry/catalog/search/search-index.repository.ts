import { Injectable } from '@nestjs/common';
import { LongTransactions } from '../../../../platform/database/long-transactions.js';
import type { Tx } from '../../../../platform/database/transaction.js';
import { PUBLISHED } from '../catalog-entry.js';

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
  from catalog_entry where shown and ${wanted} offset 0) entry`;

const DIFFERENT = `
select folded_name as name from (select * from catalog_entry where shown) e full join catalog_search s using (folded_name)
where (e.source, e.name, e.digest) is distinct from (s.source, s.name, s.digest) limit $1`;

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
    await this.long.run(async (tx) => {
      await tx.query(`select pg_advisory_xact_lock(hashtext('catalog_search'))`);
      const rows = await tx.query<{ name: string }[]>(DIFFERENT, [STEP * MOST_STEPS + 1]);
      if (rows.length > STEP * MOST_STEPS) return this.rebuild(tx);
      const names = rows.map(({ name }) => name);
      for (let from = 0; from < names.length; from += STEP)
        await this.put(tx, names.slice(from, from + STEP));
      if (names.length > 0) await tx.query('analyze catalog_search');
    });
  }

  /**
   * Brings some entries up to date, atomic with the change to them: a millisecond for ten. New rows lie last, and
   * known words keep their counts, which only tells among more than some hundreds of hits; new words are known at once.
   * @param foldedNames of entries that were changed, shown or taken away
   */
  async put(tx: Tx, foldedNames: readonly string[]): Promise<void> {
    if (foldedNames.length === 0) return;
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
    await tx.query('create table catalog_search_next (like catalog_search)');
    await tx.query(
      `insert into catalog_search_next (${COLUMNS}) ${rows('true')} order by quality desc, folded_name`,
    );
    await tx.query('alter table catalog_search_next add primary key (folded_name)');
    await tx.query('create index on catalog_search_next (name_key, quality)');
    await tx.query('create index on catalog_search_next using gin (lexemes)');
    await tx.query('analyze catalog_search_next');
    await this.countWords(tx);
    await tx.query('lock table catalog_search in access exclusive mode');
    const published = await this.publishedMeanwhile(tx);
    await tx.query('drop table catalog_search');
    await tx.query('alter table catalog_search_next rename to catalog_search');
    await this.put(tx, published);
  }

  private async countWords(tx: Tx): Promise<void> {
    await tx.query(`
      with counted as materialized (
        select word collate "C" as word, ndoc as entries from ts_stat('select lexemes from catalog_search_next')
        where ${TO_BE_KNOWN} or ndoc >= ${MANY_NAMES}
      ), gone as (
        delete from catalog_word w where not exists (select from counted c where c.word = w.word)
      )
      insert into catalog_word select word, entries from counted
      on conflict (word) do update set entries = excluded.entries where catalog_word.entries <> excluded.entries`);
    await tx.query('analyze catalog_word');
  }

  /** What others published or withdrew went to the old table, while the new one was being built. */
  private async publishedMeanwhile(tx: Tx): Promise<string[]> {
    const rows = await tx.query<{ name: string }[]>(
      `select folded_name as name from catalog_entry where source = $1
       union select folded_name from catalog_search where source = $1
       union select folded_name from catalog_search_next where source = $1`,
      [PUBLISHED],
    );
    return rows.map(({ name }) => name);
  }
}
