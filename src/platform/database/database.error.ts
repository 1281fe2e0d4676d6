import { isDatabaseAway } from './database-away.js';

/** The database cannot be used; the message says why and what to do, for the person who starts the server. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
}

/**
 * What an error of opening the database at `url` means; never says the password.
 * @returns a DatabaseError, or the error itself where nothing is known of it
 */
export function explainDatabase(url: string, error: unknown): unknown {
  const { host, pathname, username } = new URL(url);
  const name = decodeURIComponent(pathname.slice(1)) || decodeURIComponent(username);
  const { code, message = '' } = error as { code?: string; message?: string };
  const say = (text: string): DatabaseError => new DatabaseError(text, { cause: error });
  if (code === '28P01' || code === '28000')
    return say(`The database server ${host} refuses the user or the password of DATABASE_URL.`);
  if (code === '3D000')
    return say(`The database server ${host} has no database "${name}". Create it: createdb ${name}`);
  if (code === '42501')
    return say(`The user of DATABASE_URL may not create tables in database "${name}": ${message}`);
  if (isDatabaseAway(error))
    return say(
      `The database server ${host} cannot be reached (${code ?? message}). Is it running, and is DATABASE_URL right?`,
    );
  if (/ssl|certificate|self.signed/i.test(`${message} ${code ?? ''}`))
    return say(
      `No secure connection to the database server ${host}: ${message}. See sslmode in DATABASE_URL.`,
    );
  return error;
}
