import { hash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { EventBus } from '../../platform/events/event-bus.js';
import type { Actor } from '../../platform/http/request.js';

const MAX_ENTRIES = 10_000;
/** A token is looked at afresh after this long even when nobody said that it changed. */
const MAX_AGE_MS = 60_000;

export interface Verified {
  actor: Actor;
  /** The virtual key that it is or stands for. */
  keyId: string | null;
}

interface Entry extends Verified {
  freshUntil: number;
}

/**
 * Remembers checked tokens by their hash until they expire. An entry goes as soon as any server of the fleet revokes
 * the token or changes its virtual key, and none is used while such news could not arrive.
 */
@Injectable()
export class TokenCache {
  private readonly entries = new Map<string, Entry>();
  private changes = 0;
  /** A connection mostly carries one token; to hash it takes longer than all else that is asked of a known one. */
  private readonly carried = new WeakMap<object, { token: string; hash: string }>();

  constructor(private readonly bus: EventBus) {
    bus.on('event', (event) => {
      if (event.type === 'key.changed') this.forgetKey(event.data.keyId);
      if (event.type === 'token.revoked') this.forgetToken(event.data.jti);
    });
    bus.on('missed', () => this.clear());
  }

  /** @param connection that the token came over */
  get(token: string, connection: object): Verified | null {
    const key = this.hashFrom(connection, token);
    const entry = this.entries.get(key);
    if (!entry) return null;
    if ((entry.actor.expiresAt ?? Infinity) <= Date.now() || entry.freshUntil <= performance.now()) {
      this.entries.delete(key);
      return null;
    }
    return this.bus.listening ? entry : null;
  }

  /** Runs `verify` and remembers its result, unless a token or key was revoked while it ran. */
  async remember(token: string, verify: () => Promise<Verified>): Promise<Verified> {
    const seen = this.changes;
    const verified = await verify();
    if (seen !== this.changes) return verified;
    if (this.entries.size >= MAX_ENTRIES) this.dropOldest();
    this.entries.set(hashOf(token), { ...verified, freshUntil: performance.now() + MAX_AGE_MS });
    return verified;
  }

  private hashFrom(connection: object, token: string): string {
    const known = this.carried.get(connection);
    if (known?.token === token) return known.hash;
    const hash = hashOf(token);
    this.carried.set(connection, { token, hash });
    return hash;
  }

  forgetKey(keyId: string): void {
    this.forgetWhere((entry) => entry.keyId === keyId);
  }

  forgetToken(jti: string): void {
    this.forgetWhere(({ actor }) => actor.jti === jti);
  }

  private forgetWhere(chosen: (entry: Entry) => boolean): void {
    this.changes++;
    for (const [hash, entry] of this.entries) if (chosen(entry)) this.entries.delete(hash);
  }

  private clear(): void {
    this.changes++;
    this.entries.clear();
  }

  private dropOldest(): void {
    const oldest = this.entries.keys().next();
    if (!oldest.done) this.entries.delete(oldest.value);
  }
}

function hashOf(token: string): string {
  return hash('sha256', token, 'base64');
}
