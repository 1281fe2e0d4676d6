import { Injectable } from '@nestjs/common';
import { BadRequest } from '../../../../platform/http/errors.js';
import { CatalogSearchRepository, type Found } from './catalog-search.repository.js';
import {
  FACETS,
  type SearchAnswerDto,
  type SearchFacetsDto,
  type SearchQueryDto,
} from './catalog-search.dto.js';
import { corrected, isDoubtful, joinedPairs, mayHaveTwoSlips, type Term, termsOf } from './query-terms.js';
import { queryWords } from './query-words.js';
import { rarerHalf, type SearchPlan } from './search-statement.js';
import { SearchWords } from './search-words.repository.js';
import { wordsAtDistanceOne } from '../../../../platform/edit-distance.js';

const USUAL_LIMIT = 15;
const MOST_RESULTS = 50;
/** Above this share of all entries looking through the best ones is quicker than the index: 4 ms of a million. */
const FREQUENT = 0.006;
/** Below so many entries the index is quick: it gathers 1,000 in 0.7 ms. */
const FEW = 4_000;

/** Finds entries by what people type: any order, beginnings of words, slips, words joined and parted. */
@Injectable()
export class CatalogSearch {
  constructor(
    private readonly words: SearchWords,
    private readonly entries: CatalogSearchRepository,
  ) {}

  /** @throws BadRequest (parameter_invalid) when there is nothing to search for */
  async search(query: SearchQueryDto): Promise<SearchAnswerDto> {
    const text = textOf(query.q);
    if (text.trim() === '') throw new BadRequest('parameter_invalid', "Query parameter 'q' is required", 'q');
    const found = await this.find(text, facetsOf(query), limitOf(query.limit));
    const { results, total, totalIsExact } = found;
    return { query: text, count: results.length, results, total, totalIsExact, facets: facetCounts(found) };
  }

  private async find(text: string, facets: string[], limit: number): Promise<Found> {
    const { words, key, name } = queryWords(text);
    const looked = [...words, ...joinedPairs(words)];
    const { known, continuations, total, isName } = await this.words.find(
      [...looked, ...looked.map((word) => `=${word}`), ...facets],
      words,
      name,
    );
    const typed = termsOf(words, known, continuations);
    const terms = isName ? typed : await this.correct(words, typed);
    const share = (entries: number): number => Math.min(1, entries / Math.max(1, total));
    const faceted = facets.map((facet) => share(known.find(({ word }) => word === facet)?.entries ?? 0));
    const plan = (match: 'all' | 'any', everywhere = false): SearchPlan => {
      const isFrequent = (count: 'entries' | 'named'): boolean => {
        const shares = (match === 'all' ? terms : rarerHalf(terms)).map((term) => share(term[count]));
        const matching = (match === 'all' ? product(shares) : sum(shares)) * product(faceted) * total;
        return !everywhere && terms.length > 0 && matching > Math.max(FEW, total * FREQUENT);
      };
      const amongBest = { '=': isFrequent('named'), '': isFrequent('entries') };
      return { terms, facets, key, name, limit, total, match, amongBest };
    };
    const strict = plan('all');
    let found = await this.entries.find(strict);
    // What is frequent on the whole may be rare among the best.
    if (found.total < limit && strict.amongBest['']) found = await this.entries.find(plan('all', true));
    if (found.total > 0 || terms.length < 2 || rarerHalf(terms).length === 0) return found;
    return this.entries.find(plan('any'));
  }

  private async correct(words: string[], terms: Term[]): Promise<Term[]> {
    const doubtful = words.filter((word, index) => isDoubtful(word, terms[index] as Term));
    if (doubtful.length === 0) return terms;
    const unknown = words.filter((word, index) => mayHaveTwoSlips(word, terms[index] as Term));
    const alike = await this.words.findLike(doubtful.flatMap(wordsAtDistanceOne), unknown);
    return terms.map((term, index) => {
      const word = words[index] as string;
      return doubtful.includes(word) ? corrected(word, term, alike) : term;
    });
  }
}

/** A parameter that was sent several times counts once, the first. */
function textOf(value: unknown): string {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' ? first.replaceAll('\0', '') : '';
}

function facetsOf(query: SearchQueryDto): string[] {
  return FACETS.map((facet) => [facet, textOf(query[facet]).trim()] as const)
    .filter(([, value]) => value !== '')
    .map(([facet, value]) => `${facet}=${value.toLowerCase().slice(0, 100)}`);
}

function limitOf(value: unknown): number {
  const limit = /^\s*[+-]?\d+\s*$/.test(textOf(value)) ? Number(textOf(value)) : USUAL_LIMIT;
  return Math.min(MOST_RESULTS, Math.max(1, limit));
}

function facetCounts({ facets }: Found): SearchFacetsDto {
  const counts: SearchFacetsDto = { category: {}, kind: {}, language: {}, support: {} };
  for (const [facet, entries] of facets) {
    const at = facet.indexOf('=');
    Object.defineProperty(counts[facet.slice(0, at) as keyof SearchFacetsDto], facet.slice(at + 1), {
      value: entries,
      enumerable: true,
    });
  }
  return counts;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function product(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total * number, 1);
}
