import { appendFile, mkdir, readFile, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Tail } from '../../platform/events/stream-reader.js';
import type { LineOrigin } from '../../runtime/host/index.js';

/** A line of a plugin's log. */
export interface LogEntry extends LineOrigin {
  /** Grows with every line, over restarts too. */
  id: string;
  /** ISO 8601 UTC. */
  at: string;
  text: string;
}

/** Newest lines that are kept in memory; whoever is further behind reads the files. */
const WINDOW = 200;
const LONGEST_LINE = 2_000;
/** Size after which a file is followed by a new one, in bytes; the one before is kept, older ones are not. */
const FILE_BYTES = 512 * 1024;
/** Lines are written together, so long after the first of them, in milliseconds. */
const WRITE_AFTER_MS = 100;

/** The log of one plugin on this node: its newest lines in memory, and the last half to one MiB of it in two files. */
export class PluginLog implements Tail<LogEntry> {
  private readonly window: LogEntry[] = [];
  /** The window has every line after this one. */
  private from = Date.now() * 1_000;
  private newest = this.from;
  private unwritten = '';
  private writing: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | null = null;
  private readonly followers = new Set<() => void>();

  /** @param onError told why lines could not be written; they are lost then */
  constructor(
    private readonly path: string,
    private readonly onError: (error: unknown) => void,
  ) {}

  get position(): number {
    return this.newest;
  }

  add(line: string, { stream, level }: LineOrigin): void {
    const text = line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE - 1)}…` : line;
    const now = Date.now();
    // Made of the time, so that no file has to be read for the next one.
    this.newest = Math.max(this.newest + 1, now * 1_000);
    const entry: LogEntry = {
      ...{ id: String(this.newest), at: new Date(now).toISOString() },
      ...{ stream, level, text },
    };
    this.window.push(entry);
    if (this.window.length > WINDOW) this.from = Number(this.window.shift()?.id);
    this.unwritten += `${JSON.stringify(entry)}\n`;
    this.timer ??= setTimeout(() => void this.write(), WRITE_AFTER_MS);
    for (const wake of this.followers) wake();
  }

  after(position: number): readonly LogEntry[] | null {
    return position < this.from ? null : this.window.filter(({ id }) => Number(id) > position);
  }

  follow(wake: () => void): Promise<() => void> {
    this.followers.add(wake);
    return Promise.resolve(() => void this.followers.delete(wake));
  }

  /** The next lines after `position`, oldest first. */
  async read(position: number, limit: number): Promise<LogEntry[]> {
    return (await this.all()).filter(({ id }) => Number(id) > position).slice(0, limit);
  }

  /** The lines before `position`, newest first. */
  async readBack(position: number, limit: number): Promise<LogEntry[]> {
    const older = (await this.all()).filter(({ id }) => Number(id) < position);
    return older.slice(-limit).reverse();
  }

  /** Writes what is not written yet; never rejects. */
  async write(): Promise<void> {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    this.writing = this.writing.then(() => this.append()).catch(this.onError);
    await this.writing;
  }

  /** Every line that is kept, oldest first. */
  private async all(): Promise<LogEntry[]> {
    await this.write();
    const texts = await Promise.all(
      [this.before, this.path].map((path) => readFile(path, 'utf8').catch(() => '')),
    );
    return texts.flatMap((text) => text.split('\n')).flatMap(parseEntry);
  }

  private get before(): string {
    return `${this.path}.1`;
  }

  private async append(): Promise<void> {
    const text = this.unwritten;
    this.unwritten = '';
    if (text === '') return;
    await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
    const size = await stat(this.path).then(
      (found) => found.size,
      () => 0,
    );
    if (size > FILE_BYTES) await rename(this.path, this.before);
    await appendFile(this.path, text, { mode: 0o600 });
  }
}

/** A line that was written in part, when a server was killed, counts for nothing. */
function parseEntry(line: string): LogEntry[] {
  try {
    return [JSON.parse(line) as LogEntry];
  } catch {
    return [];
  }
}
