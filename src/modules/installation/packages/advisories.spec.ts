import { describe, expect, it } from '@jest/globals';
import { findAdvisories } from './advisories.js';
import type { RegistryTransport } from './registry-transport.client.js';

const CLOSURE = [
  { name: 'lodash', version: '4.17.0', integrity: '' },
  { name: 'lodash', version: '4.17.21', integrity: '' },
  { name: '@corp/own', version: '1.0.0', integrity: '' },
];
const PUBLIC = 'https://public.example/';

/** A transport on which each registry answers what it is given; asked for more, it fails. */
function transport(answers: Record<string, unknown>, asked: unknown[] = []): RegistryTransport {
  const registryOf = (name: string): string => (name.startsWith('@corp/') ? 'https://corp.example/' : PUBLIC);
  return {
    registryOf,
    json: (name: string, path: string, _: AbortSignal, body: object) => {
      asked.push([registryOf(name), path, body]);
      const answer = answers[registryOf(name)];
      return answer === undefined ? Promise.reject(new Error('no luck')) : Promise.resolve(answer);
    },
  } as unknown as RegistryTransport;
}

const ADVISORY = {
  title: 'Prototype pollution',
  severity: 'high',
  url: 'https://advisories.example/1',
  vulnerable_versions: '<4.17.12',
};

describe('findAdvisories', () => {
  it('tells each registry of its own packages alone', async () => {
    const asked: unknown[] = [];
    await findAdvisories(transport({}, asked), CLOSURE);
    const path = '-/npm/v1/security/advisories/bulk';
    expect(asked).toEqual([
      [PUBLIC, path, { lodash: ['4.17.0', '4.17.21'] }],
      ['https://corp.example/', path, { '@corp/own': ['1.0.0'] }],
    ]);
  });

  it('answers those that meet a version, whatever else is sent', async () => {
    const answer = { lodash: [ADVISORY], react: [ADVISORY] };
    const found = await findAdvisories(transport({ [PUBLIC]: answer, 'https://corp.example/': {} }), CLOSURE);
    expect(found).toEqual({
      advisories: [
        {
          package: 'lodash@4.17.0',
          title: 'Prototype pollution',
          severity: 'high',
          url: 'https://advisories.example/1',
          range: '<4.17.12',
        },
      ],
      cause: null,
    });
  });

  it('tells none from not known', async () => {
    const all = { [PUBLIC]: {}, 'https://corp.example/': {} };
    expect(await findAdvisories(transport(all), CLOSURE)).toEqual({ advisories: [], cause: null });
    const some = await findAdvisories(transport({ [PUBLIC]: {} }), CLOSURE);
    expect(some).toEqual({ advisories: null, cause: 'no luck' });
    const lacking = { [PUBLIC]: null, 'https://corp.example/': {} };
    expect((await findAdvisories(transport(lacking), CLOSURE)).advisories).toBeNull();
  });

  it('keeps what one registry says when another is away', async () => {
    const found = await findAdvisories(transport({ [PUBLIC]: { lodash: [ADVISORY] } }), CLOSURE);
    expect(found).toMatchObject({ advisories: [{ package: 'lodash@4.17.0' }], cause: 'no luck' });
  });

  it.each<[string, unknown]>([
    ['a text', 'x'],
    ['no lists', { lodash: 'x' }],
    ['lists of anything', { lodash: [null, 1, 'x', { vulnerable_versions: 'not a range' }] }],
  ])('believes nothing of %s', async (_, answer) => {
    const { advisories } = await findAdvisories(transport({ [PUBLIC]: answer }), CLOSURE.slice(0, 1));
    expect(JSON.stringify(advisories)).not.toContain('not a range');
  });

  it('makes harmless what it passes on', async () => {
    const odd = { title: 'x'.repeat(9_000), severity: 'doom', url: 'javascript:alert(1)' };
    const { advisories } = await findAdvisories(transport({ [PUBLIC]: { lodash: [odd] } }), [
      { name: 'lodash', version: '4.17.0', integrity: '' },
    ]);
    expect(advisories).toEqual([
      { package: 'lodash@4.17.0', title: 'x'.repeat(300), severity: 'unknown', url: null, range: '*' },
    ]);
  });

  it('ends with the request that it belongs to', async () => {
    const abort = new AbortController();
    abort.abort(new Error('cancelled'));
    await expect(findAdvisories(transport({}), CLOSURE, abort.signal)).rejects.toThrow('cancelled');
  });
});
