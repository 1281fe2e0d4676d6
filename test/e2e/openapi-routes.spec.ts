import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import type { Express } from 'express';
import { createPreview } from '../../src/app.js';
import { documentedOperations } from '../support/operations.js';

let app: INestApplication;
beforeAll(async () => {
  app = await createPreview();
  await app.init();
});
afterAll(() => app.close());

/** What the router would answer, written as the document writes it. */
function routes(): string[] {
  const { router } = app.getHttpAdapter().getInstance() as Express;
  const layers = router.stack.flatMap(({ route }) => (route ? [route] : []));
  return layers.flatMap(({ path, stack }) =>
    [...new Set(stack.map(({ method }) => method))].map(
      (method) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`,
    ),
  );
}

it('documents every route of the application, and only those', () => {
  const documented = documentedOperations().map(({ method, path }) => `${method} ${path}`);
  expect(documented.length).toBeGreaterThan(20);
  expect(documented.sort()).toEqual(routes().sort());
});

it('gives every operation a name of its own', () => {
  const ids = documentedOperations().map(({ id }) => id);
  expect(ids).toEqual([...new Set(ids)]);
});
