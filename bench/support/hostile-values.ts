const letters = (index: number): string => (index + 17_576 * 2).toString(36);
const object = (keys: number): string =>
  `{${Array.from({ length: keys }, (_, index) => `"${letters(index)}":1`).join(',')}}`;

/**
 * Makes JSON texts that are each the worst of their kind for something that reads bodies.
 * @param size of each, in bytes
 */
export function hostileValues(size: number): Record<string, string> {
  const filled = (part: (index: number) => string): string => {
    const parts: string[] = [];
    for (let length = 0, index = 0; ; index++) {
      const next = part(index);
      length += Buffer.byteLength(next) + 1;
      if (length > size - 2) return parts.join(',');
      parts.push(next);
    }
  };
  const text = (part: string): string =>
    JSON.stringify(part.repeat(Math.floor(size / Buffer.byteLength(part))));
  return {
    'an object of 110,000 keys': `{${filled((index) => `"${letters(index)}":1`)}}`,
    'objects of 1,000 keys': `[${filled(() => object(1_000))}]`,
    'an object of objects of 30 keys': `{${filled((index) => `"${letters(index)}":${object(30)}`)}}`,
    'numbers as keys': `{${filled((index) => `"${index * 16_777_216}":1`)}}`,
    'the same key': `{${filled(() => '"a":1')}}`,
    'one key of 1 MiB': `{${text('k')}:1}`,
    '900 keys of 1 kB': `{${filled((index) => `"${letters(index)}${'Ak'.repeat(575)}":1`)}}`,
    'nested to the end': `${'['.repeat(Math.floor(size / 2))}${']'.repeat(Math.floor(size / 2))}`,
    'nested to the limit, again and again': `[${filled(() => `${'{"a":'.repeat(60)}1${'}'.repeat(60)}`)}]`,
    'empty lists': `[${filled(() => '[]')}]`,
    'small objects': `[${filled(() => '{"a":1}')}]`,
    'objects with a label': `[${filled(() => '{"name":"API_KEY","value":"****"}')}]`,
    numbers: `[${filled(() => '1')}]`,
    'short texts': `[${filled(() => '"a"')}]`,
    'large numbers': `[${filled(() => '-1.7976931348623157e308')}]`,
    'a number of 1 MiB': '9'.repeat(size),
    'a text of one letter': text('a'),
    'digits and dots': text('1.'),
    spaces: `"a${' '.repeat(size)}b"`,
    'slashes and colons': text('://a:'),
    'query pairs': `"https://a?${'a=b&'.repeat(Math.floor(size / 4))}"`,
    'beginnings of a key': text('-----BEGIN '),
    'capital and small letters': text('aA'),
    asterisks: text('*'),
    'marks to reorder': text('\u0301\u0323'),
    'letters to compose': text('\uFDFA'),
    'halves of characters': `"${'\\ud800'.repeat(Math.floor(size / 6))}"`,
    'quotes to escape': JSON.stringify('"'.repeat(Math.floor(size / 2))),
  };
}
