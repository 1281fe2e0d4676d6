/**
 * Every Node process reads the certificates of NODE_EXTRA_CA_CERTS at its start, tens of milliseconds that have
 * nothing to do with us: nothing that a benchmark starts gets the variable.
 */
delete process.env.NODE_EXTRA_CA_CERTS;

export const ENVIRONMENT_NOTE = 'Started without NODE_EXTRA_CA_CERTS.';

/** Prints a remark below a table. */
export function note(...lines: string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}
