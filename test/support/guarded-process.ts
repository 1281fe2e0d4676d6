/**
 * A process whose connections are guarded: reads limits and attempts as JSON in its argument, and prints as JSON what
 * came of each attempt: `connected`, `attempted` (a connection was begun; what is public cannot be reached from everywhere) or the code of the error.
 */
import http from 'node:http';
import { connect, type LookupFunction, type NetConnectOpts, Socket } from 'node:net';
import { guardConnections, type NetworkLimits } from '../../src/platform/http/outbound/process-guard.js';

/** `lookup` stands for a resolver that returns these addresses for every name. */
export type Attempt =
  | { by: 'options' | 'socket'; to: NetConnectOpts; lookup?: string[] }
  | { by: 'arguments'; to: [number | string, string?] }
  | { by: 'request'; to: http.RequestOptions | string };

/** What the network says of an address that cannot be reached. */
const ATTEMPTED = new Set(['ECONNREFUSED', 'ENETUNREACH', 'EHOSTUNREACH', 'ETIMEDOUT', 'ECONNRESET']);
const DEADLINE_MS = 3000;
const [, , argument = ''] = process.argv;
const { limits, attempts } = JSON.parse(argument) as { limits: NetworkLimits; attempts: Attempt[] };
guardConnections(limits);
const outcomes: string[] = [];
for (const attempt of attempts) outcomes.push(await outcomeOf(attempt));
process.stdout.write(JSON.stringify(outcomes), () => process.exit());

async function outcomeOf(attempt: Attempt): Promise<string> {
  let opened: Socket | http.ClientRequest | undefined;
  try {
    return await new Promise<string>((resolve, reject) => {
      opened = attempt.by === 'request' ? http.request(attempt.to) : open(attempt);
      opened.once('error', reject);
      opened.once('connect', () => resolve('connected'));
      if (!(opened instanceof Socket)) opened.once('response', () => resolve('connected')).end();
      // A public address may drop what it is sent.
      else opened.once('connectionAttempt', () => setTimeout(resolve, DEADLINE_MS, 'attempted').unref());
    });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    return ATTEMPTED.has(code) ? 'attempted' : code;
  } finally {
    opened?.destroy();
  }
}

function open(attempt: Exclude<Attempt, { by: 'request' }>): Socket {
  if (attempt.by === 'arguments') return (connect as (...to: unknown[]) => Socket)(...attempt.to);
  const { lookup } = attempt;
  const options = { ...attempt.to, ...(lookup && { lookup: resolverOf(lookup) }) } as NetConnectOpts;
  return attempt.by === 'socket' ? new Socket().connect(options) : connect(options);
}

function resolverOf(addresses: string[]): LookupFunction {
  return (_hostname, options, callback) => {
    const [first = ''] = addresses;
    if (options.all)
      callback(
        null,
        addresses.map((address) => ({ address, family: 4 })),
      );
    else callback(null, first, 4);
  };
}
