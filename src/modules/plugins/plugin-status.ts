/** What a plugin can be doing on a node. */
export const STATUSES = [
  'active',
  'error',
  'disabled',
  'loading',
  'uninitialized',
  'unloaded',
  'loaded',
] as const;
export type Status = (typeof STATUSES)[number];
