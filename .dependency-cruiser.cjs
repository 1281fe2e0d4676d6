/**
 * The layering, as a table: each area of src/ and what it may import besides itself and packages. A module
 * stands for its index.ts. An import that the table does not list is an error, and so is a new folder that
 * nobody added here.
 */
const AREAS = {
  'runtime/protocol': [],
  'runtime/guest': ['runtime/protocol'],
  'runtime/host': ['runtime/protocol', 'platform', 'config'],
  config: [],
  platform: ['config'],
  'modules/auth': ['platform', 'config'],
  'modules/plugins': ['modules/auth', 'runtime/host', 'platform', 'config'],
  'modules/registry': ['modules/auth', 'modules/plugins', 'platform', 'config'],
  'modules/core-toggle': ['modules/auth', 'modules/plugins', 'modules/installation', 'platform', 'config'],
  'modules/installation': ['modules/auth', 'modules/plugins', 'modules/registry', 'platform', 'config'],
};
/** Files directly in src/ put the parts together: they may import any part, and no part imports them. */
const COMPOSITION = '^src/(?!config\\.)[^/]+\\.ts$';

const SPEC = '\\.spec\\.ts$';
const inside = (area) => `^src/${area}(/|\\.ts$)`;
const entrance = (area) => (area.startsWith('modules/') ? `^src/${area}/index\\.ts$` : inside(area));
const known = [...Object.keys(AREAS).map(inside), COMPOSITION, '^src/config\\.spec\\.ts$'];
const npm = (name) => `(^|/)node_modules/(@types/)?${name}(/|$)`;

const layers = Object.entries(AREAS).map(([area, allowed]) => ({
  name: `layer-${area.replaceAll('/', '-')}`,
  comment: `${area} may import ${allowed.join(', ') || 'nothing of ours'}.`,
  severity: 'error',
  from: { path: inside(area) },
  to: { path: '^src/', pathNot: [inside(area), ...allowed.map(entrance)] },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...layers,
    {
      name: 'area-not-listed',
      comment: 'Every file of src/ belongs to an area of the table above.',
      severity: 'error',
      from: { path: '^src/', pathNot: known },
      to: {},
    },
    {
      name: 'module-by-index',
      comment: 'What puts the parts together knows a module by its index.ts.',
      severity: 'error',
      from: { path: COMPOSITION },
      to: { path: '^src/modules/', pathNot: '^src/modules/[^/]+/index\\.ts$' },
    },
    {
      name: 'composition-is-last',
      comment: 'Nothing depends on what puts the parts together.',
      severity: 'error',
      from: { path: '^src/[^/]+/' },
      to: { path: COMPOSITION },
    },
    {
      name: 'no-cycle',
      comment: 'Type imports count too.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'controller-knows-services',
      comment: 'Controllers know services and DTOs, never tables.',
      severity: 'error',
      from: { path: '\\.controller\\.ts$' },
      to: { path: '\\.(repository|entity)\\.ts$' },
    },
    {
      name: 'table-has-one-owner',
      comment:
        'A module reads and writes no table of another part; what the platform keeps, it writes itself.',
      severity: 'error',
      from: { path: '^src/modules/([^/]+)/' },
      to: {
        path: ['^src/modules/.+\\.(repository|entity)\\.ts$', '^src/platform/.+\\.entity\\.ts$'],
        pathNot: '^src/modules/$1/',
      },
    },
    {
      name: 'guest-stands-alone',
      comment: 'A guest imports nothing but the protocol and Node.',
      severity: 'error',
      from: { path: inside('runtime/guest'), pathNot: SPEC },
      to: { dependencyTypesNot: ['core'], pathNot: '^src/' },
    },
    {
      name: 'protocol-stands-alone',
      comment: 'The protocol is data: it imports nothing, Node included.',
      severity: 'error',
      from: { path: inside('runtime/protocol'), pathNot: SPEC },
      to: { pathNot: inside('runtime/protocol') },
    },
    {
      name: 'typeorm-in-its-places',
      comment: 'Only entities, repositories, migrations and platform/database know the ORM.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: ['\\.(entity|repository)\\.ts$', '^src/platform/database/', '/migrations/'],
      },
      to: { path: npm('typeorm') },
    },
    {
      name: 'pg-in-its-place',
      comment: 'Only platform/database talks to Postgres itself.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/platform/database/' },
      to: { path: npm('pg') },
    },
    {
      name: 'src-without-tests',
      comment: 'Only specs know the test tools; nothing that ships knows a benchmark.',
      severity: 'error',
      from: { path: '^src/', pathNot: SPEC },
      to: { path: ['^(test|bench)/', SPEC] },
    },
    {
      name: 'src-without-dev-packages',
      comment: 'What ships is installed with --omit=dev. Types alone are gone by then.',
      severity: 'error',
      from: { path: '^src/', pathNot: SPEC },
      to: {
        dependencyTypes: ['npm-dev'],
        dependencyTypesNot: ['type-only', 'type-import'],
        pathNot: '/@types/',
      },
    },
    {
      name: 'resolvable',
      comment: 'Every import is found, and every package is one that package.json names.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['unknown', 'undetermined', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-orphan',
      comment: 'A file that nothing imports and that imports nothing is left over.',
      severity: 'error',
      from: {
        path: '^(src|test/support|bench)/',
        orphan: true,
        // Node is told to preload the lifeline.
        pathNot: ['/migrations/', '\\.d\\.ts$', SPEC, '^test/support/lifeline\\.ts$'],
      },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules'] },
    exclude: { path: '^test/fixtures/' },
    // Known to every Node from 22.5 on, and to be refused there; depcruise asks the Node that it runs on.
    builtInModules: { add: ['sqlite', 'node:sqlite'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
