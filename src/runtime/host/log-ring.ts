const MOST_LINES = 200;
const LONGEST_LINE = 2_000;

/** The recent life of one plugin: a bounded list of lines, newest last. */
export class LogRing {
  private lines: string[] = [];

  push(line: string): void {
    const text = line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE - 1)}…` : line;
    this.lines.push(text);
    if (this.lines.length > MOST_LINES) this.lines.splice(0, this.lines.length - MOST_LINES);
  }

  /** Starts over with what a new process printed. */
  replace(lines: readonly string[]): void {
    this.lines = [];
    for (const line of lines) this.push(line);
  }

  all(): string[] {
    return [...this.lines];
  }
}
