import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import globals from 'globals';
import { builtinRules } from 'eslint/use-at-your-own-risk';
import ts from 'typescript-eslint';

/**
 * Each thing that only one place may do. Flat configuration replaces a rule's options instead of merging them,
 * so every place gets the whole list less what it is allowed: see `src`.
 */
const RESERVED = {
  processes: {
    imports: ['child_process', 'node:child_process'].map((name) => ({
      name,
      allowTypeImports: true,
      message: 'Only runtime/host, the embedded database, pnpm-process and ejected-script start processes.',
    })),
    syntax: [],
  },
  ciphers: {
    imports: ['crypto', 'node:crypto'].map((name) => ({
      name,
      importNames: ['createCipheriv', 'createDecipheriv', 'webcrypto', 'subtle'],
      message: 'Only platform/secrets encrypts and decrypts.',
    })),
    syntax: [
      {
        selector: 'MemberExpression[property.name=/^create(De|C)ipheriv$/]',
        message: 'Only platform/secrets encrypts and decrypts.',
      },
    ],
  },
  outbound: {
    imports: [
      ...['http', 'node:http'].map((name) => ({ name, importNames: ['request', 'get'] })),
      ...['https', 'node:https', 'http2', 'node:http2', 'undici'].map((name) => ({
        name,
        allowTypeImports: true,
      })),
    ].map((path) => ({ ...path, message: 'Outbound HTTP goes through platform/http/outbound.' })),
    syntax: [
      {
        selector:
          'CallExpression[callee.name="fetch"], MemberExpression[object.name="globalThis"][property.name="fetch"]',
        message: 'Outbound HTTP goes through platform/http/outbound.',
      },
      {
        selector: 'CallExpression[callee.object.name=/^https?$/][callee.property.name=/^(request|get)$/]',
        message: 'Outbound HTTP goes through platform/http/outbound.',
      },
    ],
  },
};

const tooMany = (count, what) => `At most ${count} ${what}: pass an object, or split the work.`;
const SYNTAX = [
  {
    selector: [
      'FunctionDeclaration[params.length>4]',
      'ArrowFunctionExpression[params.length>4]',
      'MethodDefinition[kind!="constructor"] > FunctionExpression[params.length>4]',
      ':not(MethodDefinition) > FunctionExpression[params.length>4]',
    ].join(', '),
    message: tooMany(4, 'parameters'),
  },
  {
    selector: 'MethodDefinition[kind="constructor"] > FunctionExpression[params.length>6]',
    message: tooMany(6, 'constructor parameters'),
  },
];
const JEST_SYNTAX = [
  {
    // Where the system decides (`isRoot ? it : it.skip`), a test may be left out.
    selector:
      ':not(ConditionalExpression) > MemberExpression[object.name=/^(describe|it|test)$/][property.name=/^(only|skip|todo|failing)$/]',
    message: 'Every test runs, always.',
  },
  {
    selector: 'CallExpression[callee.name=/^(fit|xit|xtest|fdescribe|xdescribe)$/]',
    message: 'Every test runs, always.',
  },
];

/** The reserved rules for the product's source in `files`, less what those files are `allowed`. */
function src(files, allowed = []) {
  const banned = Object.keys(RESERVED).filter((key) => !allowed.includes(key));
  const environment = {
    name: 'node:process',
    importNames: ['env'],
    message: 'Only config.ts and its folder read the environment.',
  };
  return {
    files,
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { paths: [environment, ...banned.flatMap((key) => RESERVED[key].imports)] },
      ],
      'no-restricted-syntax': ['error', ...SYNTAX, ...banned.flatMap((key) => RESERVED[key].syntax)],
    },
  };
}

const lines = (max) => ({ max, skipBlankLines: true, skipComments: true });

const everywhere = {
  linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' },
  plugins: { house: { rules: { 'aim-max-lines': builtinRules.get('max-lines') } } },
  rules: {
    complexity: ['error', { max: 15, variant: 'modified' }],
    'max-depth': ['error', 4],
    'max-lines': ['error', lines(400)],
    'house/aim-max-lines': ['warn', lines(250)],
    'max-lines-per-function': ['error', lines(60)],
    'no-console': 'error',
    'no-restricted-syntax': ['error', ...SYNTAX],
    'no-warning-comments': [
      'error',
      { terms: ['todo', 'fixme', 'xxx', 'eslint-disable'], location: 'anywhere' },
    ],
    eqeqeq: ['error', 'always', { null: 'ignore' }],
  },
};

const typescript = {
  files: ['{src,test,bench}/**/*.ts'],
  extends: [ts.configs.strictTypeChecked],
  languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
  rules: {
    '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
    '@typescript-eslint/no-confusing-void-expression': [
      'error',
      { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
    ],
    '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
    '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
    '@typescript-eslint/no-unnecessary-condition': [
      'error',
      { allowConstantLoopConditions: 'only-allowed-literals' },
    ],
    // DTOs and entities are shapes; they are classes only to carry metadata.
    '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
    '@typescript-eslint/no-misused-spread': 'off',
    // The reason of an AbortSignal is typed as any.
    '@typescript-eslint/prefer-promise-reject-errors': [
      'error',
      { allowThrowingAny: true, allowThrowingUnknown: true },
    ],
    // An async function without await turns a throw into a rejection, as its callers expect.
    '@typescript-eslint/require-await': 'off',
    '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    '@typescript-eslint/ban-ts-comment': [
      'error',
      { 'ts-expect-error': true, 'ts-ignore': true, 'ts-nocheck': true, 'ts-check': true },
    ],
  },
};

const tests = {
  files: ['test/**/*.ts', '**/*.spec.ts'],
  rules: {
    'max-lines-per-function': 'off',
    '@typescript-eslint/no-restricted-imports': 'off',
    'no-restricted-properties': 'off',
    'no-restricted-syntax': ['error', ...SYNTAX, ...JEST_SYNTAX],
    // Answers, fixtures and loaded plugins are untyped by nature; a wrong access fails the test that makes it.
    '@typescript-eslint/no-unsafe-argument': 'off',
    '@typescript-eslint/no-unsafe-assignment': 'off',
    '@typescript-eslint/no-unsafe-call': 'off',
    '@typescript-eslint/no-unsafe-member-access': 'off',
    '@typescript-eslint/no-unsafe-return': 'off',
    '@typescript-eslint/no-unnecessary-type-parameters': 'off',
    '@typescript-eslint/no-non-null-assertion': 'off',
    '@typescript-eslint/no-base-to-string': 'off',
    '@typescript-eslint/unbound-method': 'off',
    '@typescript-eslint/use-unknown-in-catch-callback-variable': 'off',
  },
};

export default defineConfig(
  {
    ignores: [
      'dist/',
      '.release-*/',
      '.install-*/',
      '.data/',
      '.test-data/',
      'coverage/',
      'test/fixtures/',
      'plugins/**/*.ts',
      'plugins/**/dist/',
    ],
  },
  js.configs.recommended,
  everywhere,
  typescript,
  {
    files: ['src/**/*.ts'],
    rules: { 'no-restricted-properties': ['error', { object: 'process', property: 'env' }] },
  },
  src(['src/**/*.ts']),
  src(
    [
      'src/runtime/host/**/*.ts',
      'src/platform/database/embedded{,-*,.*}.ts',
      'src/platform/database/embedded/**/*.ts',
      'src/modules/installation/packages/pnpm-process.ts',
      'src/modules/installation/ejected-script.ts',
    ],
    ['processes'],
  ),
  // It takes them away.
  src(['src/runtime/guest/handles.ts'], ['processes']),
  src(['src/platform/secrets/**/*.ts'], ['ciphers']),
  src(
    ['src/platform/http/outbound{,-*,.*}.ts', 'src/platform/http/outbound/**/*.ts', 'src/**/*.client.ts'],
    ['outbound'],
  ),
  // A guest is started with an empty environment and fills in what its start message names.
  {
    files: ['src/config.ts', 'src/config/*.ts', 'src/runtime/guest/guest.ts'],
    rules: { 'no-restricted-properties': 'off' },
  },
  { files: ['**/*.d.ts'], rules: { '@typescript-eslint/no-extraneous-class': 'off' } },
  tests,
  {
    files: ['bench/**/*.ts', 'scripts/**/*.mjs', 'test/**/*.mjs', 'plugins/**/*.{js,mjs,cjs}'],
    rules: { 'no-console': 'off' },
  },
  { files: ['**/*.{js,mjs}'], languageOptions: { globals: globals.node } },
  { files: ['**/*.cjs'], languageOptions: { globals: globals.node, sourceType: 'commonjs' } },
);
