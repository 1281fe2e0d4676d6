import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { ErrorDto, ProblemDto } from './error.dto.js';

/** What each failing status means here, and the codes it comes with. */
const FAILURES = {
  400: 'The request is malformed: `bad_json`, `body_not_object`, `body_too_deep`, `field_invalid`, `parameter_invalid`.',
  401: 'No token, or one that is bad, expired or revoked: `token_missing`, `token_invalid`, `token_expired`, `token_revoked`.',
  403: 'The token lacks the scope: `scope_missing`.',
  404: 'There is no such thing: `plugin_not_found`, `key_not_found`, `route_not_found`.',
  409: 'It clashes with what is there: `name_taken`, `name_reserved`, `plugin_bundled`, `plugin_inactive`, `hook_missing`, `revision_conflict`, `idempotency_in_progress`.',
  412: '`If-Match` names a revision that is no longer the current one: `revision_mismatch`.',
  413: 'The body is larger than 1 MiB: `body_too_large`.',
  422: 'Understood and refused, nothing was changed: `config_invalid`, `config_key_unknown`, `config_key_forbidden`, `config_schema_invalid`, `load_failed`, `path_outside_roots`, `path_not_found`, `unsupported_artifact`, `checksum_required`, `checksum_mismatch`, `destination_refused`, `idempotency_key_reused`, `hook_failed`.',
  502: 'A download failed upstream: `download_failed`, `download_missing`.',
  503: 'The database cannot be reached or the server is stopping: `database_unavailable`, `stopping`. Try again.',
  504: 'It took too long: `hook_timeout`, `download_timeout`.',
} as const;

export type FailureStatus = keyof typeof FAILURES;

const content = {
  'application/json': { schema: { $ref: getSchemaPath(ErrorDto) } },
  'application/problem+json': { schema: { $ref: getSchemaPath(ProblemDto) } },
};

/** Documents the failures of an operation; the bodies are those of the one error filter. */
export function ApiFailures(...statuses: FailureStatus[]): MethodDecorator & ClassDecorator {
  return applyDecorators(
    ApiExtraModels(ErrorDto, ProblemDto),
    ...statuses.map((status) => ApiResponse({ status, description: FAILURES[status], content })),
  );
}
