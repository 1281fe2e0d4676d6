/** How a process ended, as the operating system told it. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Last lines of stderr. */
  tail: readonly string[];
  heapMb: number;
  memoryMb: number;
}

const HEAP_FULL = /Reached heap limit|Ineffective mark-compacts/;
const MEMORY_FULL =
  /out of memory|Committing semi space failed|bad_alloc|Array buffer allocation failed|Cannot allocate memory|ERR_MEMORY_ALLOCATION_FAILED|ERR_WORKER_OUT_OF_MEMORY/i;
/** What V8 and, from Node 24 on, Node itself throw where a buffer or a WebAssembly memory does not fit. */
const ALLOCATION_FAILED =
  /RangeError: (Array buffer allocation failed|Failed to allocate memory|WebAssembly\.\w+\(\): (could not|Out of memory: Cannot) allocate)/;
const ERROR_LINE = /^(?:Uncaught )?(?:[\w$]*(?:Error|Exception))(?: \[\w+\])?: .+/;

/** How Node begins to tell of a module that does not compile; the line follows, and signs below what is wrong. */
const MODULE_LINE = /^(?:file:\/\/)?(?:\/|[A-Za-z]:[\\/]).*:\d+$/;

/** The cause where a process has used more memory than it may. */
export function outOfMemory(memoryMb: number): string {
  return `ran out of memory (limit ${memoryMb} MiB, GUEST_MEMORY_MB)`;
}

/** Says of an error of the plugin's code that it comes from the memory limit, where it does. */
export function describeError(message: string, memoryMb: number): string {
  return ALLOCATION_FAILED.test(message) ? `${outOfMemory(memoryMb)}: ${message}` : message;
}

/** Says in words why a process that nobody asked to stop has ended. */
export function describeExit({ code, signal, tail, heapMb, memoryMb }: Exit): string {
  const printed = tail.join('\n');
  if (HEAP_FULL.test(printed)) return `ran out of memory (heap limit ${heapMb} MiB, GUEST_HEAP_MB)`;
  const crashed = signal === 'SIGABRT' || signal === 'SIGTRAP' || signal === 'SIGILL' || code === 1;
  if (crashed && MEMORY_FULL.test(printed)) return outOfMemory(memoryMb);
  const error = tail.findLast((line) => ERROR_LINE.test(line));
  if (error?.startsWith('SyntaxError: ') && code === 1) return `${error}${syntaxErrorPlace(tail)}`;
  const how = signal ? `was ended by ${signal}` : `exited with code ${code ?? 'unknown'}`;
  return error && code !== 0 ? `${how}: ${error}` : how;
}

/** File, line and column in brackets; no column where Node found the line too long to show, nothing where it names none. */
function syntaxErrorPlace(tail: readonly string[]): string {
  const at = tail.findLastIndex((line) => MODULE_LINE.test(line));
  if (at < 0) return '';
  const signs = tail.slice(at + 1, at + 4).find((line) => /^\s*\^+$/.test(line));
  return ` (${tail[at]}${signs === undefined ? '' : `:${signs.indexOf('^') + 1}`})`;
}
