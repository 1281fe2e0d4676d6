/**
 * Every stable error code: its status and what it means. The one list: errors take no other code (the compiler
 * sees to it), and the OpenAPI document is written from it.
 */
export const ERROR_CODES = {
  bad_json: [400, 'The body is not valid JSON. Send an object, such as {"name":"x"}.'],
  body_not_object: [400, 'The body must be a JSON object, sent with Content-Type: application/json.'],
  body_too_deep: [400, 'The body nests deeper than 64 levels.'],
  core_required: [400, 'Core plugins cannot be disabled.'],
  core_unknown: [400, 'No core plugin has that name; GET /api/plugins/core lists them.'],
  field_invalid: [400, 'A field of the body or the query has the wrong type or lies outside its limits.'],
  name_invalid: [400, 'The name is empty, too long, or has characters that names may not have.'],
  package_name_invalid: [400, 'The name is not one that npm accepts for a package.'],
  package_version_invalid: [400, 'The version is no version, range or dist-tag.'],
  parameter_invalid: [400, 'A parameter in the path, the query or a header has no such value.'],
  payload_too_large: [400, 'What the hook is given takes more bytes as JSON than a hook may be given.'],
  request_failed: [400, 'The request broke off, or cannot be read.'],
  token_missing: [401, 'Send a token: Authorization: Bearer <token>.'],
  token_invalid: [401, 'The token is not one that this server accepts.'],
  token_expired: [401, 'The token has expired.'],
  token_revoked: [401, 'The virtual key behind the token was revoked or replaced.'],
  scope_missing: [403, 'The token lacks a scope that the operation needs.'],
  route_not_found: [404, 'There is no such route.'],
  plugin_not_found: [404, 'There is no plugin of that name.'],
  package_not_found: [404, 'The npm registry has no package of that name.'],
  version_not_found: [404, 'The package has no such version.'],
  hook_not_found: [404, 'The plugin has no such hook.'],
  setting_not_found: [404, 'The plugin has no such setting with a value.'],
  not_installed: [404, 'No such package is installed.'],
  not_ejected: [404, 'The plugin has no local copy: eject it first.'],
  version_not_kept: [404, 'That version of the package is not kept.'],
  job_not_found: [404, 'There is no job of that id.'],
  key_not_found: [404, 'No virtual key in use has that id or name.'],
  name_taken: [409, 'Something else has that name already.'],
  name_reserved: [409, 'The name is reserved for a route.'],
  plugin_bundled: [409, 'The plugin comes with the server: it can be disabled, not deleted or exchanged.'],
  plugin_installed: [409, 'The code of the plugin is an installed package: install another version of that.'],
  plugin_required: [409, 'The plugin is a required core plugin: it stays, and it stays enabled.'],
  plugin_needed: [409, 'Other installed plugins depend on the plugin: uninstall those first.'],
  plugin_not_active: [409, 'The plugin is not active, so its hooks cannot be called.'],
  revision_conflict: [409, 'The plugin was changed at the same time. Read it and try again.'],
  install_in_progress: [409, 'Another version of the package is being installed.'],
  already_ejected: [409, 'The plugin runs from a local copy already.'],
  sync_conflict: [409, 'The newer npm version and the local edits clash; `validationErrors` has the files.'],
  job_finished: [409, 'The job has ended already, so it cannot be cancelled.'],
  job_cancelled: [409, 'The job was cancelled before it was done.'],
  idempotency_in_progress: [409, 'The first request with this Idempotency-Key is still being worked on.'],
  revision_mismatch: [412, 'If-Match names a revision that is no longer the current one.'],
  body_too_large: [413, 'The body is larger than 1 MiB, the most that is read.'],
  body_encoding_unsupported: [415, 'The body has a charset or a Content-Encoding that is not read.'],
  config_invalid: [422, 'A setting is not what the plugin takes; `validationErrors` has them all.'],
  config_key_forbidden: [422, 'Keys such as `__proto__` and `constructor` are not allowed at any depth.'],
  config_schema_invalid: [422, '`configSchema` is not a JSON Schema that can be used.'],
  config_schema_too_slow: [422, 'Checking settings against `configSchema` takes too long.'],
  load_failed: [422, 'The plugin could not be brought up; the message has its own cause.'],
  build_failed: [422, 'The local copy does not build; the version that ran before runs on.'],
  policy_refused: [422, 'A POLICY_ setting refuses the package; the message names the rule and the way out.'],
  package_changed: [422, 'Files of the installed package are not what was installed.'],
  package_refused: [422, 'The package is malformed or not what it claims to be, and was not installed.'],
  integrity_mismatch: [422, 'The bytes of the package are not those that the registry promised.'],
  path_outside_roots: [422, 'The path does not lie inside one of the plugin folders.'],
  path_not_found: [422, 'There is no readable file or folder at the path.'],
  unsupported_artifact: [422, 'The file is none of the formats that are loaded.'],
  checksum_required: [422, 'A plugin from a URL needs its checksum.'],
  checksum_invalid: [422, 'A checksum is the SHA-256 of the file: 64 hex digits.'],
  checksum_mismatch: [422, 'The file has another SHA-256 than the one given.'],
  destination_refused: [422, 'The URL may not be fetched: its host is not on the public internet.'],
  download_too_large: [422, 'The file behind the URL is larger than permitted.'],
  idempotency_key_reused: [422, 'The Idempotency-Key was used with another body before.'],
  internal_error: [500, 'Something went wrong in the server; its log has the details under the request id.'],
  job_interrupted: [500, 'The job was cut short by the end of its server, time and again.'],
  download_failed: [502, 'The host of the URL did not hand the file out.'],
  plugin_error: [502, "The plugin's own code failed during the call."],
  registry_unreachable: [502, 'The npm registry cannot be reached, or answers with an error.'],
  registry_answer_invalid: [502, 'The npm registry answers with something too large or unreadable.'],
  install_failed: [502, 'The package manager failed; the message has its cause.'],
  database_unavailable: [503, 'The database cannot be reached just now. Try again.'],
  jwks_unavailable: [503, 'The keys that tokens are checked with cannot be had just now. Try again.'],
  secrets_key_missing: [503, 'A stored secret was encrypted with a key that SECRETS_KEY does not list.'],
  secret_unreadable: [503, 'A stored secret was changed outside the server. Set it again.'],
  shutting_down: [503, 'The server is shutting down. Try again.'],
  registry_timeout: [504, 'The npm registry took too long to answer.'],
  install_timeout: [504, 'Fetching and building the package took too long.'],
  download_timeout: [504, 'The download took too long.'],
  job_timeout: [504, 'The job takes longer than the request may wait. It goes on: see /api/jobs/<id>.'],
  hook_timed_out: [504, 'The plugin did not answer in time and was restarted.'],
} as const satisfies Record<string, readonly [status: number, meaning: string]>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** The codes of one status. */
export type CodeOf<Status extends number> = {
  [Code in ErrorCode]: (typeof ERROR_CODES)[Code][0] extends Status ? Code : never;
}[ErrorCode];

/** Kind of error by status, as gateway clients switch on it; other statuses have that of 400. */
export const ERROR_TYPES = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  409: 'conflict_error',
  412: 'precondition_error',
  422: 'validation_error',
  500: 'internal_error',
  502: 'upstream_error',
  503: 'unavailable_error',
  504: 'timeout_error',
} as const;

/** What any request with a JSON body can be refused for before it is looked at. */
export const UNREADABLE_BODY = ['bad_json', 'body_too_large', 'body_encoding_unsupported'] as const;
/** What a JSON body can be refused for by its shape. */
export const BAD_BODY = [...UNREADABLE_BODY, 'body_not_object', 'body_too_deep', 'field_invalid'] as const;
/** What bringing a plugin's code up can fail for. */
export const NOT_LOADED = [
  'load_failed',
  'path_outside_roots',
  'path_not_found',
  'unsupported_artifact',
  'checksum_required',
  'checksum_mismatch',
  'destination_refused',
  'download_too_large',
  'download_failed',
  'download_timeout',
  'secrets_key_missing',
  'secret_unreadable',
  'shutting_down',
] as const;
/** What code that is an installed package can fail for beside: its files, and building them again where they are gone. */
export const NOT_REBUILT = [
  'package_changed',
  'package_refused',
  'policy_refused',
  'integrity_mismatch',
  'registry_unreachable',
  'registry_timeout',
  'install_failed',
  'install_timeout',
] as const;
