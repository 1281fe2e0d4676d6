import { expect, it } from '@jest/globals';
import { categoryOfTypes, deriveCategory } from './plugin-category.js';

it.each([
  [
    'what the package says',
    { said: 'memory', npmName: '@elizaos/plugin-openai', tags: ['database'] },
    'memory',
  ],
  ['its tags', { said: null, npmName: '@acme/plugin-x', tags: ['elizaos', 'Vector Store'] }, 'database'],
  ['how a catalogue sorts it', { said: null, npmName: '@acme/thing', tags: ['client'] }, 'connector'],
  ['a known name', { said: null, npmName: '@elizaos/plugin-anthropic', tags: ['plugin'] }, 'ai-provider'],
  ['a known name of another scope', { said: null, npmName: '@acme/client-discord', tags: [] }, 'connector'],
  ['the shape of the name', { said: null, npmName: '@elizaos/adapter-dgraph', tags: [] }, 'database'],
  ['nothing', { said: null, npmName: '@acme/plugin-greeter', tags: ['elizaos'] }, 'custom'],
  ['no name', { said: null, npmName: null, tags: [] }, 'custom'],
])('sorts a plugin by %s', (_, facts, category) => {
  expect(deriveCategory(facts)).toBe(category);
});

it.each([
  [['action', 'model'], 'ai-provider'],
  [['action', 'route'], 'app'],
  [['provider'], 'feature'],
  [['llm', 'http'], 'custom'],
  [[], 'custom'],
] as const)('sorts loaded code that registers %j as %s', (types, category) => {
  expect(categoryOfTypes(types)).toBe(category);
});
