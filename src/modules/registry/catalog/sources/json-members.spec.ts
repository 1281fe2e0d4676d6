import { describe, expect, it } from '@jest/globals';
import { type JsonMember, jsonMembers, MalformedJson } from './json-members.js';

/** The members of `text`, which arrives in chunks of `size` bytes. */
async function membersOf(text: string, size = 7, limits = { bytes: 200, depth: 4 }): Promise<JsonMember[]> {
  const bytes = Buffer.from(text);
  async function* chunks(): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes.length; at += size)
      yield await Promise.resolve(bytes.subarray(at, at + size));
  }
  const found: JsonMember[] = [];
  for await (const member of jsonMembers(chunks(), 'registry', limits)) found.push(member);
  return found;
}

const AWKWARD = {
  'a"b': { text: 'x: "y", {z} [\\]\\', list: [1, { two: '2' }, []], empty: {} },
  'ä:€,😀': 'plain',
  number: -1.5e3,
  nothing: null,
  '': true,
};

describe('the members of a JSON object', () => {
  it.each([1, 2, 3, 7, 1_000])('are what JSON.parse says, in chunks of %i bytes', async (size) => {
    for (const text of [
      JSON.stringify(AWKWARD),
      JSON.stringify(AWKWARD, null, 2),
      '\uFEFF' + JSON.stringify(AWKWARD),
    ])
      expect(Object.fromEntries((await membersOf(text, size)).map(({ key, value }) => [key, value]))).toEqual(
        AWKWARD,
      );
  });

  it('come from the object that is asked for, and from around it', async () => {
    const text = JSON.stringify(
      { at: 'now', registry: { one: 1, two: { registry: { deep: 1 } } }, after: 3 },
      null,
      1,
    );
    expect(await membersOf(text)).toEqual([
      { key: 'at', value: 'now' },
      { key: 'one', value: 1 },
      { key: 'two', value: { registry: { deep: 1 } } },
      { key: 'after', value: 3 },
    ]);
  });

  it('are none in an empty object', async () => {
    expect(await membersOf(' {} ')).toEqual([]);
    expect(await membersOf('{"registry": {}}')).toEqual([]);
    expect(await membersOf('{"registry": []}')).toEqual([{ key: 'registry', value: [] }]);
  });

  it('are told without a value where they are malformed, too large or too deep, and the others are not the worse', async () => {
    const large = `"${'x'.repeat(500)}"`;
    const text = `{"a":1,"bad":nil,"large":${large},"deep":[[[[[[1]]]]]],"open":{"x":[1}],"z":26}`;
    const found = await membersOf(text);
    expect(found.map(({ key }) => key)).toEqual(['a', 'bad', 'large', 'deep', 'open', 'z']);
    expect(found.filter(({ value }) => value !== undefined)).toEqual([
      { key: 'a', value: 1 },
      { key: 'z', value: 26 },
    ]);
  });

  it('bring __proto__ along as a name like any other', async () => {
    const [member] = await membersOf('{"__proto__":{"polluted":true}}');
    expect(member).toEqual({ key: '__proto__', value: { polluted: true } });
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it.each(['[1]', '"text"', '<html></html>', '', '   ', '{"a":1', '{"a":"x', '{}{}', '{"a":1}}', 'null'])(
    'are not looked for in %j',
    async (text) => {
      await expect(membersOf(text)).rejects.toThrow(MalformedJson);
    },
  );

  it('are not kept in memory: a member without an end is given up', async () => {
    async function* endless(): AsyncGenerator<Buffer> {
      yield Buffer.from('{"a":"');
      for (let i = 0; i < 2_000; i++) yield await Promise.resolve(Buffer.alloc(64 * 1024, 'x'));
      yield Buffer.from('","b":2}');
    }
    const before = process.memoryUsage().arrayBuffers;
    const found: JsonMember[] = [];
    for await (const member of jsonMembers(endless(), 'registry', { bytes: 1_000, depth: 4 }))
      found.push(member);
    expect(found).toEqual([
      { key: 'a', value: undefined },
      { key: 'b', value: 2 },
    ]);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100 * 2 ** 20);
  });
});
