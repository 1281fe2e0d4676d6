/** Deeper JSON would overflow the stack of whoever writes it out again. */
const DEEPEST = 100;

/** Whether a parsed JSON value nests more than 100 levels; itself safe at any depth. */
export function isTooDeep(value: unknown, left = DEEPEST): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (left === 0) return true;
  return Object.values(value).some((item) => isTooDeep(item, left - 1));
}
