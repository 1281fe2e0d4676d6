import {
  applyDecorators,
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  UseInterceptors,
} from '@nestjs/common';
import { ApiQuery } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { lastValueFrom, type Observable, of } from 'rxjs';
import { ApiFailures } from '../../platform/http/api-failures.js';
import { BadRequest } from '../../platform/http/errors.js';
import type { PluginDto } from './plugin.dto.js';
import { FleetWait } from './fleet-wait.js';
import { PluginsService } from './plugins.service.js';

const SECONDS = { minimum: 1, maximum: 120, default: 20 };

/** Answers a change that is made when the fleet has come to it, where the caller asks for that. */
@Injectable()
export class FleetWaitInterceptor implements NestInterceptor {
  constructor(
    private readonly fleet: FleetWait,
    private readonly plugins: PluginsService,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler<object>): Promise<Observable<object>> {
    const request = context.switchToHttp().getRequest<Request>();
    const limitMs = waitOf(request);
    if (limitMs === null) return next.handle();
    const response = context.switchToHttp().getResponse<Response>();
    const { x } = request.params;
    // A plugin that is being deleted has no name any more afterwards.
    const named = typeof x === 'string' ? await this.plugins.idOf(x) : null;
    const answer: { plugin?: Pick<PluginDto, 'id'> } = await lastValueFrom(next.handle());
    const id = answer.plugin?.id ?? changedBy(response) ?? named;
    // What has only begun is not waited for.
    if (id === null || response.statusCode === 202) return of(answer);
    return of({ ...answer, fleet: await this.fleet.settled(id, limitMs) });
  }
}

/** Tells which plugin a request has changed, where neither its path nor its answer does. */
export function hasChanged(response: Response, pluginId: string): void {
  response.locals['changedPlugin'] = pluginId;
}

function changedBy({ locals }: Response): string | undefined {
  return locals['changedPlugin'] as string | undefined;
}

/** A change of a plugin that can wait for the other nodes. Stands above `@Idempotent`, which keeps the whole answer. */
export function WaitsForFleet(): MethodDecorator {
  return applyDecorators(
    UseInterceptors(FleetWaitInterceptor),
    ApiQuery({
      name: 'wait',
      required: false,
      description:
        '`all`: answer when every live node has come to the change, or the time is up; `fleet` tells what each has made of it. The change stands either way.',
      schema: { type: 'string', enum: ['all'] },
    }),
    ApiQuery({
      name: 'waitSeconds',
      required: false,
      description: 'Longest wait for the other nodes, in seconds.',
      schema: { type: 'integer', ...SECONDS },
    }),
    ApiFailures('field_invalid'),
  );
}

/**
 * @returns milliseconds; null where nobody wants to wait
 * @throws BadRequest `field_invalid`
 */
function waitOf({ query }: Request): number | null {
  const { wait, waitSeconds = SECONDS.default } = query;
  if (wait === undefined) return null;
  if (wait !== 'all') throw new BadRequest('field_invalid', 'wait must be "all", or left out.', 'wait');
  const seconds = Number(waitSeconds);
  if (!Number.isInteger(seconds) || seconds < SECONDS.minimum || seconds > SECONDS.maximum)
    throw new BadRequest(
      'field_invalid',
      `waitSeconds must be a whole number from ${SECONDS.minimum} to ${SECONDS.maximum}.`,
      'waitSeconds',
    );
  return seconds * 1_000;
}
