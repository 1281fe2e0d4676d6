import { expect, it } from '@jest/globals';
import { Turnstile } from './turnstile.js';

it('lets one work alone between those before and those after', async () => {
  const turnstile = new Turnstile();
  const log: string[] = [];
  let leave = (): void => undefined;
  const open = new Promise<void>((resolve) => (leave = resolve));
  const work =
    (name: string, until: Promise<void> = Promise.resolve()) =>
    async (): Promise<void> => {
      log.push(`${name} in`);
      await until;
      log.push(`${name} out`);
    };
  const all = [
    turnstile.beside(work('a', open)),
    turnstile.beside(work('b', open)),
    turnstile.alone(work('alone')),
    turnstile.beside(work('c')),
  ];
  await new Promise((resolve) => setImmediate(resolve));
  expect(log).toEqual(['a in', 'b in']);
  leave();
  await Promise.all(all);
  expect(log).toEqual(['a in', 'b in', 'a out', 'b out', 'alone in', 'alone out', 'c in', 'c out']);
});

it('goes on after a failure', async () => {
  const turnstile = new Turnstile();
  const fail = (): Promise<void> => Promise.reject(new Error('failed'));
  await expect(turnstile.beside(fail)).rejects.toThrow('failed');
  await expect(turnstile.alone(fail)).rejects.toThrow('failed');
  expect(await turnstile.beside(() => Promise.resolve(1))).toBe(1);
});
