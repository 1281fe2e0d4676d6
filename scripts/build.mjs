/**
 * Compiles the project to `dist/` with the TypeScript API and the OpenAPI compiler plugin that nest-cli.json
 * names. @nestjs/cli would write the same files but pulls in packages that need a newer Node.
 * Exit code 1 with the diagnostics when something does not compile.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { buildGuest } from './build-guest.mjs';
import { buildServer } from './build-server.mjs';
import { buildWasm } from './build-wasm.mjs';
import { buildWorker } from './build-worker.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

export async function build() {
  const { compilerOptions } = JSON.parse(readFileSync(`${root}nest-cli.json`, 'utf8'));
  const parsed = ts.getParsedCommandLineOfConfigFile(
    `${root}tsconfig.json`,
    {},
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: (d) => fail([d]),
    },
  );
  const program = ts.createIncrementalProgram({ rootNames: parsed.fileNames, options: parsed.options });
  const before = [];
  for (const plugin of compilerOptions.plugins) {
    const transformer = await import(`${plugin.name}/plugin`);
    before.push(transformer.before(plugin.options, program.getProgram()));
  }
  const found = [
    ...parsed.errors,
    ...program.getConfigFileParsingDiagnostics(),
    ...program.getSyntacticDiagnostics(),
    ...program.getSemanticDiagnostics(),
  ];
  const emitted = program.emit(undefined, undefined, undefined, false, { before });
  const diagnostics = [...found, ...emitted.diagnostics];
  if (diagnostics.length > 0) fail(diagnostics);
  await buildGuest();
  await buildServer();
  await buildWorker();
  await buildWasm();
}

function fail(diagnostics) {
  const host = {
    getCanonicalFileName: (f) => f,
    getCurrentDirectory: () => root,
    getNewLine: () => '\n',
  };
  process.stderr.write(ts.formatDiagnosticsWithColorAndContext(diagnostics, host));
  process.exit(1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();
