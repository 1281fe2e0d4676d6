import { describe, expect, it } from '@jest/globals';
import { checkName } from './plugin-name.js';

describe('checkName', () => {
  it.each([
    'string',
    'my_custom_plugin',
    '@elizaos/plugin-openai',
    'Twitter',
    'Überwachung',
    'ปลั๊กอิน',
    'हिन्दी',
    'Наблюдатель',
    '日本語 plugin',
    'a',
    'constructor',
    'c++',
  ])('takes %s', (name) => expect(checkName(name)).toBe(name));

  it('trims', () => expect(checkName('  a b ')).toBe('a b'));

  it.each([
    '',
    ' ',
    '..',
    '../x',
    'a/../b',
    '__proto__',
    'a\nb',
    'a\0b',
    '"a"',
    'a\\b',
    'a/',
    'x'.repeat(129),
    '<b>',
  ])('refuses %j', (name) => expect(() => checkName(name)).toThrow('name must have 1 to 128'));

  it.each(['builtins', 'Loaded', 'CORE', 'installed', 'ejected', 'install', 'uninstall'])(
    'says that %s is reserved',
    (name) => expect(() => checkName(name)).toThrow('is reserved'),
  );
});
