import type { Term } from './query-terms.js';

/** Where a word stands: in the name, or anywhere. Words of names are kept with this mark in front, too. */
export type Place = '=' | '';

/** What is to be found. */
export interface SearchPlan {
  terms: Term[];
  /** Facets that an entry must have, `kind=agent`. */
  facets: string[];
  key: string;
  name: string;
  limit: number;
  /** About how many entries there are. */
  total: number;
  /** `all`: entries that have a word of each term; `any`: of one at least of the rarer half of the terms. */
  match: 'all' | 'any';
  /** So many entries match, by name or anywhere, that the best of the table are looked through instead of all. */
  amongBest: Record<Place, boolean>;
}

export interface Statement {
  sql: string;
  parameters: unknown[];
}

/** Entries that are weighed, of those that match by name and of those that match anywhere. */
const WEIGHED = 200;
/** As many pages of the table as hold some 6,500 entries, the best: 4 ms, where too few of them match to stop early. */
const BEST_PAGES = 400;

/** How well a term matches: in the name or elsewhere; as it was typed, as the start of a word, as a slip. */
const POINTS: [place: Place, how: 'exact' | 'starts' | 'slips', points: number][] = [
  ['=', 'exact', 10],
  ['=', 'starts', 6],
  ['=', 'slips', 5],
  ['', 'exact', 3],
  ['', 'starts', 1.5],
  ['', 'slips', 1],
];
const SAME_KEY = 20;
const SAME_NAME = 60;

/**
 * The query that finds at most `limit` entries, the best first, and what all that were weighed have for facets. It
 * answers one row with one column, `answer`. All values are parameters: there are few texts, planned once each.
 */
export function searchStatement(plan: SearchPlan): Statement {
  const parameters: unknown[] = [];
  const parameter = (value: unknown): string => `$${parameters.push(value)}`;
  const matches = (query: string): string => `lexemes @@ ${parameter(query || null)}::tsquery`;
  const faceted = plan.facets.length > 0 ? ` and ${matches(plan.facets.map(quoted).join(' & '))}` : '';
  const key = parameter(plan.key);
  const name = parameter(plan.name);
  const among = (place: Place): string => (plan.amongBest[place] ? `ctid < '(${BEST_PAGES},0)' and ` : '');
  const arm = (place: Place): string => among(place) + matches(query(plan, place)) + faceted;
  const points = plan.terms
    .map((term) => `${parameter(shareOf(term, plan))}::float8 * ${pointsOf(term, matches)}`)
    .join(' + ');
  const sql = `
with named as materialized (select * from catalog_search where ${arm('=')}),
worded as materialized (select * from catalog_search where ${arm('')}),
hit as (
  select 0 as arm, * from catalog_search where folded_name = ${name}${faceted}
  union all (select 1, * from catalog_search where name_key = ${key}${faceted}
    order by quality desc limit ${WEIGHED})
  union all (select 2, * from named limit ${WEIGHED})
  union all (select 3, * from worded limit ${WEIGHED})
), weighed as materialized (
  select distinct on (folded_name) *, ${points || '0'} + quality
    + case when name_key = ${key} then ${SAME_KEY} else 0 end
    + case when folded_name = ${name} then ${SAME_NAME} else 0 end as score
  from hit order by folded_name
)
select json_build_object(
  'results', coalesce((select json_agg(json_build_object(
    'name', e.name, 'displayName', e.display_name, 'description', e.description, 'npmPackage', e.npm_package,
    'version', e.version, 'score', round(best.score::numeric, 2), 'tags', e.tags,
    'repository', coalesce(e.document->>'repository', ''), 'stars', e.stars, 'kind', e.kind, 'category', e.category,
    'language', e.language, 'installable', e.installable) order by best.score desc, best.folded_name)
    from (select * from weighed order by score desc, folded_name limit ${parameter(plan.limit)}) best
    join catalog_entry e on e.source = best.source and e.name = best.name), '[]'),
  'total', (select count(*) from weighed),
  'totalIsExact', ${plan.amongBest[''] ? 'false' : `coalesce((select max(n) < ${WEIGHED} from (select count(*) n from hit group by arm) a), true)`},
  'facets', coalesce((select json_agg(json_build_array(facet, entries) order by entries desc, facet)
    from (select facet, count(*) as entries from weighed, unnest(facets) facet group by facet) f), '[]')
) as answer`;
  return { sql, parameters };
}

function pointsOf(term: Term, matches: (query: string) => string): string {
  const cases = POINTS.map(
    ([place, how, points]) => `when ${matches(anyOf(term[how], place))} then ${points}`,
  );
  return `case ${cases.join(' ')} else 0 end`;
}

/** The rarer a term, the more it tells; all shares make 1. */
function shareOf(term: Term, { terms, total }: SearchPlan): number {
  const weight = ({ entries }: Term): number => Math.log(2 + total / Math.max(entries, 1));
  return weight(term) / terms.reduce((sum, other) => sum + weight(other), 0);
}

function query({ terms, match }: SearchPlan, place: Place): string {
  const chosen = match === 'all' ? terms : rarerHalf(terms);
  return chosen
    .filter((term) => wordsOf(term).length > 0)
    .map((term) => `(${anyOf(wordsOf(term), place)})`)
    .join(match === 'all' ? ' & ' : ' | ');
}

/** The terms that tell most, of those that there are entries for. */
export function rarerHalf(terms: readonly Term[]): Term[] {
  return terms
    .filter(({ entries }) => entries > 0)
    .sort((a, b) => a.entries - b.entries)
    .slice(0, Math.ceil(terms.length / 2));
}

function wordsOf({ exact, starts, slips }: Term): string[] {
  return [...exact, ...starts, ...slips];
}

function anyOf(words: readonly string[], place: '=' | ''): string {
  return words.map((word) => quoted(place + word)).join(' | ');
}

function quoted(lexeme: string): string {
  return `'${lexeme.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
