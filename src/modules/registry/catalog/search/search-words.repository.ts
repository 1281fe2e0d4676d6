import { Injectable } from '@nestjs/common';
import { PlannedStatements } from '../../../../platform/database/planned-statements.js';

/** A word, and how many entries had it when they were last counted. */
export interface KnownWord {
  word: string;
  entries: number;
}

/** What is known of the words of a query. */
export interface KnownWords {
  /** Those that there are. */
  known: KnownWord[];
  /** What a word may be the start of, and how many entries have that in their names, where those are many. */
  continuations: (KnownWord & { start: string; named: number })[];
  /** About how many entries there are. */
  total: number;
  /** Whether the whole is the name of an entry. */
  isName: boolean;
}

/** What a word that so many entries have may be the start of would only come after those, and is not looked for. */
export const ENOUGH = 500;
/** The most frequent ones of those that begin alike. */
const CONTINUATIONS = 8;
/** Frequent words with the same two first letters that are looked through for continuations: half a millisecond. */
const FREQUENT = 500;
/** Words that are looked through because they come next in the alphabet, however rare they are. */
const NEXT = 200;
/** Words that are compared letter by letter because they begin alike: a fifth of a millisecond a hundred. */
const COMPARED = 500;

/** The most frequent words that begin with `start`, as good as can be told without counting through all of them. */
const CONTINUED = `
select word, entries from (
  select word, entries from (select word, entries from catalog_word
    where left(word, 2) = left(start, 2) and word not like '%=%' order by entries desc limit ${FREQUENT}) frequent
  where word > start and word < start || chr(1114111)
  union (select word, entries from catalog_word
    where word > start and word < start || chr(1114111) and word not like '%=%' order by word limit ${NEXT})
) near order by entries desc limit ${CONTINUATIONS}`;

const UNUSUAL = `
select start from unnest($2::text[]) start
where not exists (select from catalog_word usual where usual.word = start and usual.entries >= ${ENOUGH})`;

/** Looks words up among those of all entries. */
@Injectable()
export class SearchWords {
  constructor(private readonly statements: PlannedStatements) {}

  /**
   * @param words to be looked up as they are
   * @param starts of words; those of one letter have no continuations, there are too many
   * @param name the whole, as names are folded
   */
  async find(words: readonly string[], starts: readonly string[], name: string): Promise<KnownWords> {
    const rows = await this.statements.query<KnownWord & { start: string | null; named: number }>(
      `select word, entries, null as start, 0 as named from catalog_word where word = any($1)
       union all select next.word, next.entries, start, coalesce(named.entries, 0)
         from (${UNUSUAL}) typed cross join lateral (${CONTINUED}) next
         left join catalog_word named on named.word = '=' || next.word
       union all select '', greatest(reltuples, 0)::integer, null, 0 from pg_class
         where oid = 'catalog_search'::regclass
       union all select '=', 1, null, 0 from catalog_search where folded_name = $3`,
      [words, starts.filter((start) => start.length > 1), name],
    );
    return {
      known: rows.filter(({ word, start }) => start === null && word !== '' && word !== '='),
      continuations: rows.filter((row): row is typeof row & { start: string } => row.start !== null),
      total: rows.find(({ word }) => word === '')?.entries ?? 0,
      isName: rows.some(({ word }) => word === '='),
    };
  }

  /**
   * As one value: a thousand rows would take the driver longer to read than the database to find.
   * @param words to be looked up as they are
   * @param unknown words; found are the most frequent ones of about their length that begin with the same two letters,
   *   and have the third or the last one in common: two slips seldom change both
   */
  async findLike(words: readonly string[], unknown: readonly string[]): Promise<KnownWord[]> {
    const [row] = await this.statements.query<{ alike: KnownWord[] }>(
      `select coalesce(json_agg(alike), '[]') as alike from (
         select word, entries from catalog_word where word = any($1)
         union select near.word, near.entries from unnest($2::text[]) typed cross join lateral (
           select word, entries from catalog_word where left(word, 2) = left(typed, 2) and word not like '%=%'
           order by entries desc limit ${COMPARED}) near
         where abs(length(near.word) - length(typed)) <= 2
           and (right(near.word, 1) = right(typed, 1) or substr(near.word, 3, 1) = substr(typed, 3, 1))
       ) alike`,
      [words, unknown],
    );
    return row?.alike ?? [];
  }
}
