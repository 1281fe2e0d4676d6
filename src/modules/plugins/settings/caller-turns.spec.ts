import { describe, expect, it } from '@jest/globals';
import { CallerTurns } from './caller-turns.js';

describe('CallerTurns', () => {
  it('takes one of each caller in turn', () => {
    const turns = new CallerTurns<number>();
    for (const work of [1, 2, 3]) turns.put('a', work);
    turns.put('b', 4);
    turns.put('c', 5);
    turns.put('b', 6);
    expect([turns.size, turns.of('a').length]).toEqual([6, 3]);
    const taken = Array.from({ length: 7 }, () => turns.take(0)?.work);
    expect(taken).toEqual([1, 4, 5, 2, 6, 3, undefined]);
    expect([turns.size, turns.of('a').length]).toEqual([0, 0]);
  });

  it('takes first of whoever has used least', () => {
    const turns = new CallerTurns<number>();
    turns.spend('a', 500, 0);
    turns.spend('b', 100, 0);
    for (const [caller, work] of [
      ['a', 1],
      ['a', 2],
      ['b', 3],
      ['c', 4],
    ] as const)
      turns.put(caller, work);
    expect(Array.from({ length: 4 }, () => turns.take(0)?.work)).toEqual([4, 3, 1, 2]);
  });

  it('lets a caller wait who has used much, and no other', () => {
    const turns = new CallerTurns<number>();
    for (let i = 0; i < 7; i++) turns.spend('a', 500, 0);
    expect(turns.wait('a', 0)).toBe(11);
    expect(turns.wait('b', 0)).toBe(0);
    expect(turns.wait('a', 11_000)).toBe(0);
    expect(turns.wait('a', 10_000_000)).toBe(0);
  });

  it('counts nothing that is done soon', () => {
    const turns = new CallerTurns<number>();
    for (let i = 0; i < 10_000; i++) turns.spend('a', 5, 0);
    expect(turns.wait('a', 0)).toBe(0);
  });

  it('forgets callers who have a full budget again', () => {
    const turns = new CallerTurns<number>();
    for (let i = 0; i < 5_000; i++) turns.spend(`caller ${i}`, 4_000, i * 100_000);
    expect(turns.wait('caller 4999', 499_900_000)).toBe(21);
    expect(turns.wait('caller 0', 499_900_000)).toBe(0);
  });
});
