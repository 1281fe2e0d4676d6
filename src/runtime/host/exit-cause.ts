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
const ERROR_LINE = /^(?:Uncaught )?(?:[\w$]*(?:Error|Exception))(?: \[\w+\])?: .+/;

/** Says in words why a process that nobody asked to stop has ended. */
export function describeExit({ code, signal, tail, heapMb, memoryMb }: Exit): string {
  const printed = tail.join('\n');
  if (HEAP_FULL.test(printed)) return `ran out of memory (heap limit ${heapMb} MiB)`;
  const crashed = signal === 'SIGABRT' || signal === 'SIGTRAP' || signal === 'SIGILL' || code === 1;
  if (crashed && MEMORY_FULL.test(printed)) return `ran out of memory (limit ${memoryMb} MiB)`;
  const error = tail.findLast((line) => ERROR_LINE.test(line));
  const how = signal ? `was ended by ${signal}` : `exited with code ${code ?? 'unknown'}`;
  return error && code !== 0 ? `${how}: ${error}` : how;
}
