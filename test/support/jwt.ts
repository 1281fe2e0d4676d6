import { SignJWT, type JWTPayload } from 'jose';

/** What tests sign tokens with when they start a server with it as JWT_SECRET. */
export const JWT_SECRET = 'a secret of the tests, longer than 32 characters';

/** An HS256 token of `claims`, for an hour unless they name another end. */
export function hs256(claims: JWTPayload, secret = JWT_SECRET): Promise<string> {
  const token = new SignJWT({ exp: Math.floor(Date.now() / 1000) + 3600, ...claims });
  return token.setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(secret));
}

/** A token that claims to need no signature. */
export function unsigned(claims: JWTPayload): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none', typ: 'JWT' })}.${part({ exp: 4_102_444_800, ...claims })}.`;
}
