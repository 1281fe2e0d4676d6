import { type DynamicModule, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AuthController } from './auth.controller.js';
import { AccessGuard } from './auth.guard.js';
import { Authenticator } from './authenticator.js';
import { JwtStrategy } from './jwt.strategy.js';
import { TokenCache } from './token-cache.js';
import { TokenKeys } from './token-keys.js';
import { VirtualKeyRepository } from './virtual-key.repository.js';
import { VirtualKeyService } from './virtual-key.service.js';

/** Who may call: tokens, virtual keys, and the guard before every route. */
@Module({})
export class AuthModule {
  static of(keys: TokenKeys): DynamicModule {
    return {
      module: AuthModule,
      controllers: [AuthController],
      providers: [
        { provide: TokenKeys, useValue: keys },
        { provide: APP_GUARD, useClass: AccessGuard },
        Authenticator,
        JwtStrategy,
        TokenCache,
        VirtualKeyRepository,
        VirtualKeyService,
      ],
    };
  }
}
