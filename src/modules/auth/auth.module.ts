import { type DynamicModule, Module, type OnModuleInit } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { FleetSchedule } from '../../platform/schedule/fleet-schedule.js';
import { AuthController } from './auth.controller.js';
import { AccessGuard } from './auth.guard.js';
import { Authenticator } from './authenticator.js';
import { JwtStrategy } from './jwt.strategy.js';
import { TokenCache } from './token-cache.js';
import { TokenKeys } from './token-keys.js';
import { TokenRevocationRepository } from './token-revocation.repository.js';
import { TokenRevocations } from './token-revocation.service.js';
import { VirtualKeyRepository } from './virtual-key.repository.js';
import { VirtualKeyService } from './virtual-key.service.js';

/** Time between two looks for revoked tokens that have expired, in milliseconds. */
const PRUNE_MS = 3_600_000;

/** Who may call: tokens, virtual keys, and the guard before every route. */
@Module({})
export class AuthModule implements OnModuleInit {
  constructor(
    private readonly schedule: FleetSchedule,
    private readonly revoked: TokenRevocationRepository,
  ) {}

  onModuleInit(): void {
    this.schedule.every('token-revocations', PRUNE_MS, () => this.revoked.deleteExpired());
  }

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
        TokenRevocationRepository,
        TokenRevocations,
        VirtualKeyRepository,
        VirtualKeyService,
      ],
    };
  }
}
