/** Node's and Postgres's ways to say that the server is gone, starting, stopping, too slow, a standby, or full. */
const AWAY_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EPIPE',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  '25006',
  '25P03',
  '57014',
  '57P01',
  '57P02',
  '57P03',
  '57P05',
  '53300',
  '08000',
  '08001',
  '08003',
  '08004',
  '08006',
]);

/** pg and TypeORM say these without a code. */
const AWAY_MESSAGES = [
  'Connection terminated',
  'timeout exceeded when trying to connect',
  'timeout expired',
  'Client has encountered a connection error and is not queryable',
  'Client was closed and is not queryable',
  'Cannot use a pool after calling end on the pool',
  'Driver not Connected',
  'Query read timeout',
  'Query runner already released',
];

/** Whether an error means "the database is away" (try again) rather than "the statement is wrong". */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, driverError, errors } = error as Error & {
    code?: unknown;
    driverError?: unknown;
    errors?: unknown;
  };
  if (typeof code === 'string' && AWAY_CODES.has(code)) return true;
  if (AWAY_MESSAGES.some((message) => error.message.includes(message))) return true;
  if (Array.isArray(errors)) return errors.some(isDatabaseAway);
  return driverError !== undefined && driverError !== error && isDatabaseAway(driverError);
}
