import { randomInt } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** Below every system's range of ports for outgoing connections, so that a kept port stays free. */
const LOWEST = 20_000;
const HIGHEST = 32_000;

export const LOOPBACK = '127.0.0.1';

/** The port of the last start when it is free, else another one, kept in the folder for the next start. */
export async function choosePort(folder: string): Promise<number> {
  const file = join(folder, 'postgres.port');
  const kept = Number(await readFile(file, 'utf8').catch(() => ''));
  if (Number.isInteger(kept) && kept > 0 && kept < 65_536 && (await isFree(kept))) return kept;
  let port = randomInt(LOWEST, HIGHEST);
  while (!(await isFree(port))) port = randomInt(LOWEST, HIGHEST);
  await writeFile(`${file}.new`, `${port}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
  return port;
}

async function isFree(port: number): Promise<boolean> {
  return new Promise((answer) => {
    const server = createServer();
    server.once('error', () => answer(false));
    server.listen(port, LOOPBACK, () => server.close(() => answer(true)));
  });
}
