import { describe, expect, it } from '@jest/globals';
import { plannedChange } from './planned-change.js';

const NEXT = { version: '2.0.0', parameters: { A: { type: 'string' } }, packages: ['x@2.0.0', 'y@1.0.0'] };
const PRESENT = { version: '1.0.0', enabled: true, parameters: {}, packages: ['x@1.0.0', 'y@1.0.0'] };

describe('plannedChange', () => {
  it.each([
    [null, 'install'],
    ['1.0.0', 'update'],
    ['2.0.0', 'reinstall'],
    ['3.0.0-beta.1', 'downgrade'],
  ])('from %s it is a %s', (from, kind) => {
    const present = from === null ? null : { ...PRESENT, version: from };
    expect(plannedChange(present, NEXT)).toMatchObject({ kind, from, to: '2.0.0' });
  });

  it('starts anew what is switched on and stays so', () => {
    expect(plannedChange(PRESENT, NEXT).restarts).toBe(true);
    expect(plannedChange(PRESENT, { ...NEXT, enable: false }).restarts).toBe(false);
    expect(plannedChange({ ...PRESENT, enabled: false }, NEXT).restarts).toBe(false);
    expect(plannedChange(null, NEXT).restarts).toBe(false);
  });

  it('tells packages that come and go', () => {
    expect(plannedChange(PRESENT, NEXT).packages).toEqual({ added: ['x@2.0.0'], removed: ['x@1.0.0'] });
  });

  it('does not guess at parameters that it cannot know', () => {
    expect(plannedChange({ ...PRESENT, parameters: null }, NEXT).parameters).toBeNull();
    expect(plannedChange(PRESENT, { ...NEXT, parameters: null }).parameters).toBeNull();
    expect(plannedChange(null, NEXT).parameters).toEqual({ added: ['A'], removed: [], changed: [] });
    const otherwise = { ...PRESENT, parameters: { A: { type: 'number' }, B: {} } };
    expect(plannedChange(otherwise, NEXT).parameters).toEqual({ added: [], removed: ['B'], changed: ['A'] });
  });
});
