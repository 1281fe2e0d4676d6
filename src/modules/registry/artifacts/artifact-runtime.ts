/** Runtimes that this host has; the empty one says nothing, so the artifact itself decides. */
const HERE = new Set(['', 'node', 'nodejs', 'javascript', 'js', 'wasm', 'webassembly', 'wasi']);

const LANGUAGES: Readonly<Record<string, string>> = {
  go: 'Go',
  golang: 'Go',
  python: 'Python',
  rust: 'Rust',
  node: 'JavaScript',
  nodejs: 'JavaScript',
  javascript: 'JavaScript',
  js: 'JavaScript',
  wasm: 'WebAssembly',
  webassembly: 'WebAssembly',
  wasi: 'WebAssembly',
};

/** Whether plugins for this runtime can run on this host; others are served to the hosts that run them. */
export function runsHere(runtime: string): boolean {
  return HERE.has(runtime.toLowerCase());
}

/** The language that a runtime stands for, as catalogues name it; null where that is not known. */
export function languageOf(runtime: string): string | null {
  const name = runtime.toLowerCase();
  return Object.hasOwn(LANGUAGES, name) ? (LANGUAGES[name] ?? null) : null;
}
