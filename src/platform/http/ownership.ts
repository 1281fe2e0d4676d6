import { Forbidden } from './errors.js';
import type { Actor } from './request.js';
import { type BindableScope, allows, holdsFor, namesFor } from './scopes.js';

/** How owners are written: a virtual key by its name, anybody else by the subject of their tokens. */
export const OWNER_FORM = /^(?:key|user):[^\p{Cc}\p{Cs}]{1,200}$/u;

/**
 * Who owns what the actor makes. A virtual key by its name, not its id: a key that takes the place of a revoked one
 * under the same name owns what that one owned. Whoever manages keys could replace the key itself just as well.
 */
export function ownerOf({ kind, id, name }: Actor): string {
  return kind === 'virtual_key' ? `key:${name}` : `user:${id}`;
}

/**
 * The owner after a change by the actor. What nobody owns, since it is older than owners, becomes the first changer's;
 * an admin's only by a hand-over, so that tidying up takes nothing from whoever it belongs to.
 */
export function ownerAfter(actor: Actor, owner: string | null): string | null {
  return owner ?? (allows(actor.scopes, 'admin') ? null : ownerOf(actor));
}

/** @throws Forbidden `not_owner` unless the actor owns it, nobody does, or the actor is an admin */
export function assertOwner(actor: Actor, owner: string | null, what: string): void {
  if (owner === null || owner === ownerOf(actor) || allows(actor.scopes, 'admin')) return;
  throw new Forbidden(
    'not_owner',
    `${what} belongs to ${owner}; this token is ${ownerOf(actor)}. Its owner or an admin may change it, and an admin may hand it over.`,
  );
}

/** @throws Forbidden `scope_missing` where the token is bound to other names */
export function assertNamed(actor: Actor, scope: BindableScope, name: string): void {
  if (holdsFor(actor.scopes, scope, name)) return;
  const names = namesFor(actor.scopes, scope).join(', ');
  throw new Forbidden(
    'scope_missing',
    `This token has ${scope} for ${names} alone, not for "${name}".`,
    scope,
  );
}
