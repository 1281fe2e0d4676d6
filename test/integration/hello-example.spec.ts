import { expect, it, jest } from '@jest/globals';

interface HelloPlugin {
  getName(): string;
  init(config?: object): void;
  httpTransportPreHook(context: unknown, request: unknown): unknown;
  healthCheck(): unknown;
}

const plugin = (await import(
  new URL('../../../plugins/example/hello.mjs', import.meta.url).href
)) as HelloPlugin;
jest.spyOn(console, 'log').mockImplementation(() => undefined);

it('puts the greeting of its settings on a copy of the request', () => {
  plugin.init({ greeting: 'Good morning' });
  const request = Object.freeze({ path: '/', headers: Object.freeze({ a: 'b' }) });
  const greeted = { path: '/', headers: { a: 'b', 'x-greeting': 'Good morning' } };
  expect(plugin.httpTransportPreHook({}, request)).toEqual(greeted);
  expect(plugin.healthCheck()).toEqual({ ok: true, message: 'greets with "Good morning"' });
});

it('has a default, takes no headers for granted, and refuses a greeting that is no header value', () => {
  plugin.init();
  expect(plugin.httpTransportPreHook({}, undefined)).toEqual({ headers: { 'x-greeting': 'Hello' } });
  expect(() => plugin.init({ greeting: 'a\r\nx-evil: 1' })).toThrow('printable ASCII');
  expect(() => plugin.init({ greeting: 5 })).toThrow('printable ASCII');
  expect(plugin.getName()).toBe('Hello');
});
