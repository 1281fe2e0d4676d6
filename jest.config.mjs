/** Jest runs what the build wrote: the OpenAPI metadata exists only in compiled output. */
export default {
  rootDir: 'dist',
  testMatch: ['**/*.spec.js'],
  testPathIgnorePatterns: ['/test/browser/', '/test/soak/'],
  transform: {},
  testEnvironment: 'node',
  testTimeout: 30_000,
  maxWorkers: 2,
};
