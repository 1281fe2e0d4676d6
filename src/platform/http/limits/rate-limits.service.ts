import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from 'pino';
import type { Config } from '../../../config.js';
import { CONFIG, LOG } from '../../tokens.js';
import type { CommonAnswer } from '../common-headers.js';
import { Unauthorized } from '../errors.js';
import type { AppRequest } from '../request.js';
import { ClientAddresses } from './client-addresses.js';
import { RateLimit } from './rate-limit.js';
import { RateLimitRepository } from './rate-limit.repository.js';

const SWEEP_MS = 60_000;

type Limited = 'RATE_LIMIT_ADDRESS' | 'RATE_LIMIT_TOKEN' | 'RATE_LIMIT_FAILURES';

/**
 * How often one address and one token may call, and how often an address may show tokens that are none.
 * @see draft-ietf-httpapi-ratelimit-headers-11
 */
@Injectable()
export class RateLimits implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly addresses: ClientAddresses;
  private readonly address: RateLimit | null;
  private readonly token: RateLimit | null;
  private readonly failures: RateLimit | null;
  private readonly policies: string;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly shared: RateLimitRepository,
    @Inject(LOG) private readonly log: Logger,
  ) {
    this.addresses = new ClientAddresses(config.TRUSTED_PROXIES);
    this.address = this.limit('address', 'RATE_LIMIT_ADDRESS', 'This address');
    this.token = this.limit('token', 'RATE_LIMIT_TOKEN', 'This token');
    this.failures = this.limit('failures', 'RATE_LIMIT_FAILURES', 'Failed authentication from this address');
    this.policies = [this.token, this.address].flatMap((limit) => limit?.header ?? []).join(', ');
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      for (const limit of [this.address, this.token, this.failures]) limit?.forgetFull(performance.now());
    }, SWEEP_MS).unref();
  }

  onApplicationShutdown(): void {
    if (this.timer) clearInterval(this.timer);
  }

  /**
   * Counts a request of the address that it comes from.
   * @param now milliseconds, of `performance`
   * @throws TooManyRequests `rate_limited`
   */
  countAddress(request: AppRequest, now: number): void {
    if (this.address) request.addressBucket = this.address.spend(this.addresses.of(request), now);
  }

  /**
   * Counts a request of the token's owner, and says in the answer what is left.
   * @throws TooManyRequests `rate_limited`
   */
  countToken(owner: string, request: AppRequest, response: CommonAnswer): void {
    const token = this.token?.spend(owner, performance.now()).toString();
    const address = request.addressBucket?.toString();
    const left = token && address ? `${token}, ${address}` : (token ?? address);
    if (left === undefined) return;
    response.commonHeaders?.push('RateLimit-Policy', this.policies, 'RateLimit', left);
  }

  /**
   * Checks a token that is not known yet, unless too many of this address were none.
   * @throws TooManyRequests `rate_limited`, and what `check` fails with
   */
  async guardCheck<T>(request: AppRequest, check: () => Promise<T>): Promise<T> {
    if (!this.failures) return check();
    const address = this.addresses.of(request);
    this.failures.check(address, performance.now());
    try {
      return await check();
    } catch (error) {
      if (error instanceof Unauthorized) this.failures.spend(address, performance.now());
      throw error;
    }
  }

  private limit(name: string, setting: Limited, caller: string): RateLimit | null {
    const quota = this.config[setting];
    return quota === 0 ? null : new RateLimit({ name, quota, setting, caller }, this.shared, this.log);
  }
}
