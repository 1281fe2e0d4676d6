import { createSecretKey, type KeyObject, randomUUID } from 'node:crypto';
import { type JWTPayload, SignJWT } from 'jose';

/** Issuer of the tokens that this server signs itself, and what others call it as their audience. */
export const OWN_NAME = 'plugboard';
/**
 * Life of an admin token that nobody gave another, in seconds: a day of work. It stands in terminals and logs, where it
 * is forgotten; whoever needs a longer one asks for it.
 */
export const ADMIN_TOKEN_SECONDS = 12 * 3600;

/** Where a server that was given no secret keeps the one that it has made, in its data folder. */
export const JWT_SECRET_FILE = 'jwt-secret';
export const JWT_SECRET_BYTES = 32;
/** What an admin token says. */
export const ADMIN_CLAIMS = { sub: 'admin', name: 'admin', scope: 'admin' } as const;

/** Imports the secret that own tokens are signed with. */
export function importSecret(secret: string): KeyObject {
  return createSecretKey(Buffer.from(secret, 'utf8'));
}

/** Signs an HS256 token; `seconds` from now until it expires. */
export function signOwnToken(key: KeyObject, claims: JWTPayload, seconds: number): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer(OWN_NAME)
    .setIssuedAt()
    .setJti(randomUUID())
    .setExpirationTime(`${seconds} s`)
    .sign(key);
}
