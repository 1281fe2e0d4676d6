/** Suites that need more than the others (a browser, several servers, minutes of time) and run only when asked for by name. */
const SPECIAL = ['browser', 'fleet', 'soak'];
const suite = process.env.PLUGBOARD_TEST_SUITE;

/** Jest runs what the build wrote: the OpenAPI metadata exists only in compiled output. */
export default {
  rootDir: 'dist',
  testMatch: suite ? [`<rootDir>/test/${suite}/**/*.spec.js`] : ['**/*.spec.js'],
  testPathIgnorePatterns: suite ? [] : SPECIAL.map((name) => `/test/${name}/`),
  transform: {},
  testEnvironment: 'node',
  testTimeout: 30_000,
  maxWorkers: 2,
};
