/** Suites that need more than the others (a browser, several servers, minutes of time) and run only when asked for by name. */
const SPECIAL = ['browser', 'fleet', 'soak'];
/** Long journeys start servers again and again, and may find the machine busy. */
const TIMEOUT_MS = { fleet: 120_000, soak: 60_000, nodes: 60_000 };
/** What depends on the release of Node, which `npm run test:nodes` runs on each line: specs of all kinds. */
const NODES = [
  'integration/{fence,guest-handles,guest-lockdown,guest-network,guest-signal,orphans}',
  'integration/{memory-limit,memory-watch}',
  'integration/{guest-agent,guest-gateway,guest-require,guest-wasm}',
  'integration/{author-errors,outside-fence,wrapped-functions}',
  'integration/{guest-life,shutdown,embedded-postgres-start,compile-cache}',
  'e2e/installation-install',
  'soak/{hazard-escape,hazard-formats,hazard-hook,hazard-messages,hazard-resources,wasm-hostile}',
];
const suite = process.env.PLUGBOARD_TEST_SUITE;
/** How many times slower than a quiet machine this one is. */
const patience = Number(process.env.PLUGBOARD_TEST_PATIENCE ?? 1);

/** Jest runs what the build wrote: the OpenAPI metadata exists only in compiled output. */
export default {
  rootDir: 'dist',
  testMatch: chosen(),
  testPathIgnorePatterns: suite ? [] : SPECIAL.map((name) => `/test/${name}/`),
  transform: {},
  testEnvironment: 'node',
  testTimeout: (TIMEOUT_MS[suite] ?? 30_000) * patience,
  maxWorkers: 2,
};

function chosen() {
  if (suite === 'nodes') return NODES.map((specs) => `<rootDir>/test/${specs}.spec.js`);
  return suite ? [`<rootDir>/test/${suite}/**/*.spec.js`] : ['**/*.spec.js'];
}
