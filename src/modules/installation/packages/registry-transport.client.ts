import { type AppError, BadGateway, GatewayTimeout, NotFound } from '../../../platform/http/errors.js';
import { missingFor, type NpmConfig } from './npm-config.js';

export interface TransportLimits {
  /** Largest answer, in bytes after decompression. */
  readonly maxBytes: number;
  /** Longest wait for a whole answer, in milliseconds. */
  readonly timeoutMs: number;
}

const DEFAULT_LIMITS: TransportLimits = { maxBytes: 128 * 2 ** 20, timeoutMs: 30_000 };

/** Asks npm registries as npm does (scopes, credentials, proxies), and believes no answer its size or its time. */
export class RegistryTransport {
  private readonly limits: TransportLimits;

  constructor(
    private readonly config: NpmConfig,
    limits: Partial<TransportLimits> = {},
  ) {
    this.limits = { ...DEFAULT_LIMITS, ...limits };
  }

  /** Address of the registry that packages of the scope of `packageName` come from. */
  registryOf(packageName: string): string {
    const scope = packageName.startsWith('@') ? packageName.slice(0, packageName.indexOf('/')) : '';
    const scoped = this.config.fetchOptions[`${scope}:registry`];
    const address = typeof scoped === 'string' ? scoped : this.config.registry;
    return address.endsWith('/') ? address : `${address}/`;
  }

  /** Which credentials for the registry of `packageName` are left out, as a clause for a message; else empty. */
  missingCredentials(packageName: string): string {
    return missingFor(this.registryOf(packageName), this.config.leftOut);
  }

  /**
   * The JSON at `path` of the registry of `packageName`.
   * @param path relative, without a slash in front
   * @param body is posted; without one it is a GET
   * @returns null for 404
   * @throws BadGateway `registry_unreachable`, `registry_answer_invalid`, GatewayTimeout `registry_timeout`, the
   *   signal's reason
   */
  async json(packageName: string, path: string, signal?: AbortSignal, body?: object): Promise<unknown> {
    const time = AbortSignal.timeout(this.limits.timeoutMs);
    const registry = this.registryOf(packageName);
    try {
      // Loaded when needed: it is a tenth of what a start would load.
      const { default: npmFetch } = await import('npm-registry-fetch');
      const response = await npmFetch(new URL(path, registry).href, {
        ...this.config.fetchOptions,
        registry,
        timeout: this.limits.timeoutMs,
        fetchRetries: 0,
        signal: signal ? AbortSignal.any([signal, time]) : time,
        headers: { accept: 'application/json' },
        ...(body && { method: 'POST', body }),
      });
      return JSON.parse(await this.text(response.body));
    } catch (error) {
      signal?.throwIfAborted();
      const failure = this.failure(error, time.aborted, this.missingCredentials(packageName));
      if (failure instanceof NotFound) return null;
      throw failure;
    }
  }

  private async text(body: NodeJS.ReadableStream | null): Promise<string> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of body ?? []) {
      const buffer = Buffer.from(chunk as Buffer);
      bytes += buffer.length;
      if (bytes > this.limits.maxBytes) throw new TooLarge();
      chunks.push(buffer);
    }
    return Buffer.concat(chunks).toString('utf8');
  }

  private failure(error: unknown, timedOut: boolean, missing: string): AppError {
    const { code = '', statusCode } = error as { code?: string; statusCode?: number };
    if (statusCode === 404) return new NotFound('package_not_found', 'The registry has no such document.');
    if (timedOut || /TIMEOUT|TIMEDOUT|FETCH_ABORTED/i.test(code))
      return new GatewayTimeout(
        'registry_timeout',
        `The npm registry did not answer within ${this.limits.timeoutMs / 1000} s.`,
        '',
        [],
        { cause: error },
      );
    if (error instanceof TooLarge || error instanceof SyntaxError)
      return new BadGateway(
        'registry_answer_invalid',
        error instanceof TooLarge
          ? `The npm registry answers with more than ${this.limits.maxBytes} bytes for one document.`
          : 'The npm registry answers with something that is not JSON.',
        '',
        [],
        { cause: error },
      );
    return unreachable(error, { statusCode, code, missing });
  }
}

class TooLarge extends Error {}

function unreachable(
  error: unknown,
  { statusCode, code, missing }: { statusCode: number | undefined; code: string; missing: string },
): BadGateway {
  const why =
    statusCode === 401 || statusCode === 403
      ? `refuses us (${statusCode}): ${missing || 'check the credentials in .npmrc'}`
      : statusCode !== undefined
        ? `answers with status ${statusCode}`
        : `cannot be reached (${code || 'network failure'})`;
  return new BadGateway('registry_unreachable', `The npm registry ${why}.`, '', [], { cause: error });
}
