import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** A word, and how many entries had it when they were last counted. */
export interface KnownWord {
  word: string;
  entries: number;
}

/** The most frequent ones of those that begin alike. */
const CONTINUATIONS = 8;
/** Words that are compared letter by letter because they begin alike: a tenth of a millisecond a hundred. */
const COMPARED = 1_000;

/** Looks words up among those of all entries. */
@Injectable()
export class SearchWords {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * @param words to be looked up as they are
   * @param starts of words; those of one letter have no continuations, there are too many
   * @returns `known`: those of `words` that there are; `continuations`: what each start may be the start of;
   *   `total`: about how many entries there are
   */
  async find(
    words: readonly string[],
    starts: readonly string[],
  ): Promise<{ known: KnownWord[]; continuations: (KnownWord & { start: string })[]; total: number }> {
    const long = starts.filter((start) => start.length > 2);
    const rows = await this.dataSource.query<(KnownWord & { start: string | null })[]>(
      `select word, entries, null as start from catalog_word where word = any($1)
       union all select next.word, next.entries, start from unnest($2::text[]) start, lateral (
         select word, entries from catalog_word
         where word > start and word < start || chr(1114111) and word not like '%=%'
         order by entries desc limit ${CONTINUATIONS}) next
       union all select next.word, next.entries, start from unnest($3::text[]) start, lateral (
         select word, entries from catalog_word
         where left(word, 2) = start and word <> start and word not like '%=%'
         order by entries desc limit ${CONTINUATIONS}) next
       union all select '', greatest(reltuples, 0)::integer, null from pg_class
         where oid = 'catalog_search'::regclass`,
      [words, long, starts.filter((start) => start.length === 2)],
    );
    return {
      known: rows.filter(({ word, start }) => start === null && word !== ''),
      continuations: rows.filter((row): row is KnownWord & { start: string } => row.start !== null),
      total: rows.find(({ word }) => word === '')?.entries ?? 0,
    };
  }

  /** Those of `words` that there are, and the most frequent words that begin with one of `starts`, two letters each. */
  findLike(words: readonly string[], starts: readonly string[]): Promise<KnownWord[]> {
    return this.dataSource.query<KnownWord[]>(
      `select word, entries from catalog_word where word = any($1)
       union select next.word, next.entries from unnest($2::text[]) start, lateral (
         select word, entries from catalog_word where left(word, 2) = start and word not like '%=%'
         order by entries desc limit ${COMPARED}) next`,
      [words, starts],
    );
  }
}
