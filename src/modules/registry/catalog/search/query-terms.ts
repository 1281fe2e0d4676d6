import { editDistance } from '../../../../platform/edit-distance.js';
import { ENOUGH, type KnownWord, type KnownWords } from './search-words.repository.js';

/** What one word of a query may stand for, in words that there are. */
export interface Term {
  /** As it was typed, or together with the word beside it: `open ai` is `openai` too. */
  exact: string[];
  /** What it may be the start of. */
  starts: string[];
  /** What it may be a slip of. */
  slips: string[];
  /** How many entries have one of them, at most. */
  entries: number;
  /** How many have it in their names, at most, where those are many. */
  named: number;
}

/** A word that so few have may be a slip itself, where another is that much more frequent. */
const RARE = 2;
const MUCH_MORE_FREQUENT = 10;
const SHORTEST_WITH_SLIP = 4;
const SHORTEST_WITH_TWO_SLIPS = 7;
const CORRECTIONS = 3;

/** Every two words of a query that stand side by side, as one. */
export function joinedPairs(words: readonly string[]): string[] {
  return words.slice(1).map((word, index) => `${words[index] ?? ''}${word}`);
}

export function termsOf(
  words: readonly string[],
  known: readonly KnownWord[],
  continuations: KnownWords['continuations'],
): Term[] {
  const entriesOf = new Map(known.map(({ word, entries }) => [word, entries]));
  const pairs = joinedPairs(words);
  return words.map((word, index) => {
    const exact = [word, pairs[index - 1], pairs[index]].filter(
      (candidate): candidate is string => candidate !== undefined && entriesOf.has(candidate),
    );
    const exactly = exact.reduce((sum, candidate) => sum + (entriesOf.get(candidate) ?? 0), 0);
    const named = exact.reduce((sum, candidate) => sum + (entriesOf.get(`=${candidate}`) ?? 0), 0);
    const further = exactly < ENOUGH ? continuations.filter(({ start }) => start === word) : [];
    return {
      exact,
      starts: further.map((next) => next.word),
      slips: [],
      entries: further.reduce((sum, next) => sum + next.entries, exactly),
      named: further.reduce((sum, next) => sum + next.named, named),
    };
  });
}

/** Whether a word may be misspelt: nobody, or next to nobody, writes it like that. */
export function isDoubtful(word: string, term: Term): boolean {
  return word.length >= SHORTEST_WITH_SLIP && term.entries <= RARE;
}

/** Whether a word may have two slips: nobody writes it, and it is so long that two slips leave something to go by. */
export function mayHaveTwoSlips(word: string, { entries }: Term): boolean {
  return word.length >= SHORTEST_WITH_TWO_SLIPS && entries === 0;
}

/** The term with the words that `word` is most probably a slip of. */
export function corrected(word: string, term: Term, alike: readonly KnownWord[]): Term {
  const most = word.length >= SHORTEST_WITH_TWO_SLIPS ? 2 : 1;
  const corrections = alike
    .filter((other) => other.entries >= term.entries * MUCH_MORE_FREQUENT && other.word !== word)
    .flatMap((other) => {
      const slips = editDistance(word, other.word, most);
      return slips <= most ? [{ ...other, slips }] : [];
    })
    .sort((a, b) => a.slips - b.slips || b.entries - a.entries)
    .slice(0, CORRECTIONS);
  const more = corrections.reduce((sum, other) => sum + other.entries, 0);
  return {
    ...term,
    slips: corrections.map((other) => other.word),
    entries: term.entries + more,
    named: term.named + more,
  };
}
