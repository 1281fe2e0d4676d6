import { describe, expect, it } from '@jest/globals';
import { assertReadable, looksLike } from './names.js';

describe('the keys of a name', () => {
  it.each([
    ['victim', 'VICTIM', 'case'],
    ['Index', 'index', 'case of a letter with two looks'],
    ['victim', 'ｖictim', 'width'],
    ['victim', '𝐯𝐢𝐜𝐭𝐢𝐦', 'mathematical letters'],
    ['coco', 'сосо', 'Cyrillic'],
    ['HOT', 'НОТ', 'Cyrillic capitals'],
    ['nova', 'ηονα', 'Greek'],
    ['AKTO', 'ΑΚΤΟ', 'Greek capitals'],
    ['huno', 'հսոօ', 'Armenian'],
    ['CAT', 'ᏟᎪᎢ', 'Cherokee'],
    ['openai', '0penai', 'zero'],
    ['plain', 'p1ain', 'one'],
    ['plain', 'pIain', 'capital I'],
    ['victim', 'victim\u3164', 'a letter that is not seen'],
    ['été', 'e\u0301te\u0301', 'another form of an accent'],
  ])('are shared by %s and %s: %s', (one, other) => expect(looksLike(one, other)).toBe(true));

  it.each([
    ['resume', 'résumé'],
    ['mail', 'mall'],
    ['plugin-1', 'plugin-2'],
    ['a-b', 'a_b'],
    ['мир', 'мор'],
    ['ปลั๊กอิน', 'ปลากอิน'],
  ])('are not shared by %s and %s', (one, other) => expect(looksLike(one, other)).toBe(false));
});

describe('a readable name', () => {
  it.each([
    'victim',
    'Überwachung',
    'Наблюдатель',
    'Παρατηρητής',
    'ปลั๊กอิน 2',
    'हिन्दी',
    '日本語 plugin',
    '한국어',
  ])('may be %s', (name) => expect(() => assertReadable(name, 'name')).not.toThrow());

  it.each([
    ['vіctim', 'name mixes Latin and Cyrillic letters, which look alike. Write it in one alphabet.'],
    ['νictim', 'name mixes Latin and Greek letters'],
    ['victim\u3164', 'name has characters that are not seen'],
    ['vic\ufe0ftim', 'name has characters that are not seen'],
  ])('is not %j', (name, message) => expect(() => assertReadable(name, 'name')).toThrow(message));
});
