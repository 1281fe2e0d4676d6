/** One variable of the environment: what it is for, what it is when it is not set, and how it is read. */
export interface Setting<T> {
  readonly doc: string;
  readonly fallback: string;
  readonly parse: (text: string) => T;
}

export const setting = <T>(doc: string, fallback: string, parse: (text: string) => T): Setting<T> => ({
  doc,
  fallback,
  parse,
});
export const text = (doc: string, fallback = ''): Setting<string> => setting(doc, fallback, (t) => t);
export const list = (doc: string, fallback = ''): Setting<string[]> => setting(doc, fallback, splitList);
export const integer = (doc: string, fallback: number, min: number, max: number): Setting<number> =>
  setting(doc, String(fallback), (t) => {
    const value = Number(t);
    if (!Number.isInteger(value) || value < min || value > max)
      throw new Error(`must be a whole number from ${min} to ${max}, not "${t}"`);
    return value;
  });
export const flag = (doc: string, fallback: boolean): Setting<boolean> =>
  setting(doc, String(fallback), (t) => {
    if (t !== 'true' && t !== 'false') throw new Error(`must be true or false, not "${t}"`);
    return t === 'true';
  });
export const choice = <T extends string>(doc: string, fallback: T, options: readonly T[]): Setting<T> =>
  setting(doc, fallback, (t) => {
    const found = options.find((option) => option === t);
    if (!found) throw new Error(`must be one of ${options.join(', ')}, not "${t}"`);
    return found;
  });

/** `value=scope scope` entries: what a value stands for. */
export const mapping = (doc: string): Setting<ReadonlyMap<string, string[]>> =>
  setting(doc, '', (t) => {
    const pairs = splitList(t).map((entry) => {
      const equals = entry.lastIndexOf('=');
      const [value, words] = [entry.slice(0, Math.max(0, equals)).trim(), entry.slice(equals + 1)];
      if (value === '' || words.trim() === '')
        throw new Error(`must be entries such as plugin-admins=plugins:write registry:read, not "${entry}"`);
      return [value, words.trim().split(/ +/)] as const;
    });
    return new Map(pairs);
  });

function splitList(value: string): string[] {
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
