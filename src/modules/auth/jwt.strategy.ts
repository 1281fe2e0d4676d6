import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { JWTPayload } from 'jose';
import { Strategy } from 'passport-jwt';
import { TokenKeys } from './token-keys.js';
import { tokenOf } from './token-of.js';
import { Authenticator } from './authenticator.js';
import type { Verified } from './token-cache.js';

type Done = (error: Error | null, payload?: JWTPayload) => void;

/**
 * passport-jwt with one part exchanged: tokens are checked by jose, because passport-jwt's own checker
 * (jsonwebtoken) knows no EdDSA and imports its keys anew on every request.
 */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy, 'jwt') {
  constructor(
    keys: TokenKeys,
    private readonly authenticator: Authenticator,
  ) {
    Object.assign(Strategy, {
      JwtVerifier: (token: string, _key: unknown, _options: unknown, done: Done): void => {
        keys.verify(token).then((payload) => done(null, payload), done);
      },
    });
    super({ jwtFromRequest: tokenOf, secretOrKey: 'held by TokenKeys' });
  }

  validate(payload: JWTPayload): Promise<Verified> {
    return this.authenticator.fromClaims(payload);
  }
}
