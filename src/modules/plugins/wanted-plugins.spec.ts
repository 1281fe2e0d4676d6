import { describe, expect, it } from '@jest/globals';
import type { WantedView } from './plugin-view.js';
import { WantedPlugins } from './wanted-plugins.js';

type Plugin = ConstructorParameters<typeof WantedPlugins>[0][number];

function plugin(
  id: string,
  { name = id, npmName = null as string | null, slot = 1, revision = 1 } = {},
): Plugin {
  return { head: { id, slot, revision }, view: { id, name, npmName } as WantedView };
}

const headsOf = (plugins: Plugin[]): Plugin['head'][] => plugins.map(({ head }) => head);
const idsOf = ({ views }: WantedPlugins): string[] => views.map(({ id }) => id);

describe('wanted plugins', () => {
  it('are found by id, else by display name, else by npm name', () => {
    const wanted = new WantedPlugins([
      plugin('a', { name: 'b', npmName: 'c' }),
      plugin('b', { npmName: 'd' }),
      plugin('e', { name: 'c' }),
    ]);
    const found = ['a', 'b', 'c', 'd', 'e', 'f'].map((segment) => wanted.find(segment)?.id);
    expect(found).toEqual(['a', 'b', 'e', 'b', 'e', undefined]);
  });

  it('are not found by what a path calls something else', () => {
    const wanted = new WantedPlugins([plugin('a', { name: 'Loaded', npmName: 'builtins' })]);
    expect(['Loaded', 'builtins'].map((segment) => wanted.find(segment))).toEqual([null, null]);
  });

  it('take some that were read again for those of before, in order', () => {
    const wanted = new WantedPlugins([plugin('b'), plugin('a'), plugin('c')]);
    const next = wanted.with(['b', 'c', 'd'], [plugin('d'), plugin('b', { name: 'new' })]);
    expect([idsOf(wanted), idsOf(next)]).toEqual([
      ['a', 'b', 'c'],
      ['a', 'b', 'd'],
    ]);
    expect([wanted.find('new'), next.find('new')?.id, next.find('c')]).toEqual([null, 'b', null]);
  });

  it('tell what is different from what there is', () => {
    const plugins = ['a', 'b', 'c', 'd'].map((id) => plugin(id));
    const wanted = new WantedPlugins(plugins);
    expect(wanted.differences(headsOf(plugins))).toEqual([]);
    const now = [plugin('a'), plugin('b', { revision: 2 }), plugin('c', { slot: 2 }), plugin('e')];
    expect(wanted.differences(headsOf(now)).sort()).toEqual(['b', 'c', 'd', 'e']);
  });
});
