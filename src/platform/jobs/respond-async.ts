import { applyDecorators, HttpStatus } from '@nestjs/common';
import { ApiHeader, ApiResponse } from '@nestjs/swagger';
import type { Response } from 'express';
import { JobBegunDto } from './job.dto.js';

/** Whether a caller asks not to wait (RFC 7240, `Prefer: respond-async`). */
export function wantsNoWait({ req }: Response): boolean {
  return /\brespond-async\b/i.test(req.get('prefer') ?? '');
}

/** The answer to such a caller: 202, and where the job is followed. @param limitMs longest time that it may take */
export function accepted(response: Response, jobId: string, limitMs: number): JobBegunDto {
  response.status(HttpStatus.ACCEPTED).setHeader('Location', `/api/jobs/${jobId}`);
  response.setHeader('Preference-Applied', 'respond-async');
  return { ok: true, outcome: 'queued', jobId, limitMs };
}

/** A POST that honours `Prefer: respond-async`. */
export function ApiNoWait(): MethodDecorator {
  return applyDecorators(
    ApiHeader({
      name: 'Prefer',
      required: false,
      description: '`respond-async`: answer 202 at once.',
      schema: { type: 'string' },
    }),
    ApiResponse({ status: 202, type: JobBegunDto, description: 'The job that does it.' }),
  );
}
