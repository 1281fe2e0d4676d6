import { BadRequest } from './http/errors.js';

/** Characters of a name that an existing one is compared by, and the letters that they look like. */
interface NameKeys {
  /** Differs for no change of case, width or compatibility form. */
  folded: string;
  /** Differs for no exchange of a letter or digit by one that looks like it. */
  skeleton: string;
}

/**
 * Letters and digits that most fonts draw like a Latin letter (or digit), each followed by that letter; a selection of
 * Unicode's confusables.txt (UTS 39). Both cases of a letter stand here where its capital is the look-alike. Marks
 * such as accents are no part of it: names that differ in an accent differ.
 */
const LOOK_ALIKES = [
  // Digits and Latin: a capital I is drawn like a small l; dotless i, alpha, script g, the click letter.
  '0o 1l Il ıi ɑa ɡg ǀl',
  // Cyrillic.
  'Аa аa Вb вb Ьb ьb Сc сc ԁd Еe еe Гr гr Нh нh Һh һh Іl іi Јj јj Кk кk Ӏl ӏl Мm мm Пn пn Оo оo Рp рp Ԛq ԛq Ѕs ѕs',
  'Тt тt Уy уy Үy үy Ѵv ѵv Ԝw ԝw Хx хx З3 з3 б6',
  // Greek.
  'Αa αa Βb βb Ϲc ϲc Εe εe Ζz ζz Ηh ηn Ιl ιi ϳj Κk κk Μm μu Νn νv Οo οo σo Ρp ρp Τt τt Υy υu γy Χx χx ωw',
  // Armenian.
  'Օo օo Սu սu Տs հh ոn զq յj ցg',
  // Cherokee.
  'Ꭺa Ᏼb Ꮯc Ꭰd Ꭼe Ꮐg Ꮋh Ꭻj Ꮶk Ꮮl Ꮇm Ꮲp Ꭱr Ꮪs Ꭲt Ꮩv Ꮃw Ꮓz',
];
const LATIN = new Map(
  LOOK_ALIKES.flatMap((line) => line.split(' ')).map((pair) => [pair.slice(0, -1), pair.slice(-1)] as const),
);
/** Alphabets that share the shapes of letters; no word is written with two of them. */
const ALPHABETS = {
  Latin: /\p{Script=Latin}/u,
  Greek: /\p{Script=Greek}/u,
  Cyrillic: /\p{Script=Cyrillic}/u,
  Armenian: /\p{Script=Armenian}/u,
  Cherokee: /\p{Script=Cherokee}/u,
  Coptic: /\p{Script=Coptic}/u,
};
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u;

/**
 * The keys by which names are compared: people take two names for one another when either key is the same. Two keys,
 * because a capital I looks like a small l, and its small letter does not.
 */
export function nameKeys(name: string): NameKeys {
  return { folded: foldName(name), skeleton: skeletonOf(name) };
}

/** The name without case, width and compatibility form. */
export function foldName(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}

function skeletonOf(name: string): string {
  const letters = [...name.normalize('NFKD')].map((letter) => LATIN.get(letter) ?? letter);
  return letters.join('').toLowerCase().normalize('NFC').replaceAll(new RegExp(INVISIBLE, 'gu'), '');
}

/** Whether people could take two names for one another. */
export function looksLike(one: string, other: string): boolean {
  const [a, b] = [nameKeys(one), nameKeys(other)];
  return a.folded === b.folded || a.skeleton === b.skeleton;
}

/**
 * Refuses names that are made to be misread: letters of alphabets that share shapes in one name, or characters that
 * are not seen.
 * @throws BadRequest `name_invalid`
 */
export function assertReadable(name: string, field: string): void {
  const plain = name.normalize('NFKC');
  const found = Object.entries(ALPHABETS).flatMap(([alphabet, letters]) =>
    letters.test(plain) ? [alphabet] : [],
  );
  if (found.length > 1)
    throw new BadRequest(
      'name_invalid',
      `${field} mixes ${found.join(' and ')} letters, which look alike. Write it in one alphabet.`,
      field,
    );
  if (INVISIBLE.test(name))
    throw new BadRequest('name_invalid', `${field} has characters that are not seen. Leave them out.`, field);
}
