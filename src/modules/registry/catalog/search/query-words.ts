/** What somebody searches for, taken apart. */
export interface QueryWords {
  /** As they count: at most six, none of those that tell nothing where there are others. */
  words: string[];
  /** The whole as one word, as names are kept: `open ai` is `openai`, `@elizaos/plugin-openai` too. */
  key: string;
  /** The whole as a name. */
  name: string;
}

const MOST_WORDS = 6;
const MOST_CHARACTERS = 200;
const LONGEST_WORD = 40;
const TELLS_NOTHING = new Set(
  'a an and are at by can do for from how i in is it my of on or that the this to use we with you'.split(' '),
);
const NO_WORD = /[^\p{L}\p{M}\p{N}]+/gu;
const USUAL_START = /^(eliza(os)?[-\s])?((plugin|client|adapter|server|mcp)[-\s])?/;

/** @param text anything; of what is longer than 200 characters the beginning counts */
export function queryWords(text: string): QueryWords {
  const name = [
    ...text
      .slice(0, MOST_CHARACTERS * 2)
      .normalize('NFKC')
      .toLowerCase(),
  ]
    .slice(0, MOST_CHARACTERS)
    .join('')
    .trim();
  const all = [...new Set(name.split(NO_WORD).filter((word) => word !== ''))];
  const telling = all.filter((word) => !TELLS_NOTHING.has(word));
  const words = (telling.length > 0 ? telling : all)
    .slice(0, MOST_WORDS)
    .map((word) => [...word].slice(0, LONGEST_WORD).join(''));
  const key = name.replace(/^.*\//, '').replace(USUAL_START, '').replace(NO_WORD, '');
  return { words, key, name: name.replaceAll('\0', '') };
}
