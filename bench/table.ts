/** One row: a cell a column; numbers are shown as `format` does, and stand on the right. */
export type Row = readonly (string | number)[];

/**
 * Lays rows out under their headings, columns aligned: text on the left, numbers on the right.
 * @returns lines joined by `\n`, the last one ended too
 * @throws RangeError when a row has another number of cells than there are headings
 */
export function table(headings: readonly string[], rows: readonly Row[]): string {
  for (const row of rows)
    if (row.length !== headings.length)
      throw new RangeError(`a row of ${row.length} cells under ${headings.length} headings`);
  const texts = [headings, ...rows.map((row) => row.map(format))];
  const widths = headings.map((_, column) => Math.max(...texts.map((row) => row[column]?.length ?? 0)));
  const numeric = headings.map((_, column) => rows.some((row) => typeof row[column] === 'number'));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        numeric[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  const [head = [], ...body] = texts;
  const rule = widths.map((width) => '-'.repeat(width));
  return [head, rule, ...body].map(line).join('\n') + '\n';
}

/** A number with thousands separated, and as many decimals as leave three digits that mean something. */
export function format(value: string | number): string {
  if (typeof value === 'string') return value;
  const size = Math.abs(value);
  const decimals = Number.isInteger(value) || size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

/** Prints a table to standard output. */
export function printTable(headings: readonly string[], rows: readonly Row[]): void {
  process.stdout.write(table(headings, rows));
}
