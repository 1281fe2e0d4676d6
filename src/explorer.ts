import type { NextFunction, Request, Response } from 'express';
import type { OpenAPIObject, SwaggerCustomOptions } from '@nestjs/swagger';

const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0f766e"/><path d="M11 5v6M21 5v6M8 11h16v5a8 8 0 0 1-16 0zM16 24v4" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round" stroke-linejoin="round"/></svg>`;

const CSS = `
.swagger-ui .topbar { display: none }
.swagger-ui .info { margin: 28px 0 }
.swagger-ui .info .title { color: #0f766e }
.swagger-ui .info details { margin-top: 12px }
.swagger-ui .info summary { cursor: pointer; font-size: 14px; font-family: sans-serif }
.swagger-ui .scheme-container { padding: 16px 0; box-shadow: none; border-bottom: 1px solid #e2e8f0 }
`;

/** The explorer loads nothing from another host and sends nothing to one. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The parts of the explorer's immutable collections that the filter uses. */
interface Lists<T> {
  readonly size: number;
  map(read: (value: T, key: string) => T): Lists<T>;
  filter(keep: (value: T) => boolean): Lists<T>;
}
interface Immutable {
  get(key: 'operations'): Lists<Immutable>;
  getIn(keys: readonly string[]): string | undefined;
  set(key: string, value: unknown): Immutable;
}

/**
 * Has the filter box find operations by path, id and summary; without it, it knows tags alone. The source of this
 * function is sent to the browser, so it uses nothing of this file, and its own functions have no names: the bundler
 * would name them with a helper that browsers do not have.
 */
function filterOperations(): object {
  return {
    fn: Object.fromEntries([
      [
        'opsFilter',
        (tags: Lists<Immutable>, phrase: string): Lists<Immutable> =>
          tags
            .map((tag, name) =>
              name.toLowerCase().includes(phrase.toLowerCase())
                ? tag
                : tag.set(
                    'operations',
                    tag.get('operations').filter((operation) =>
                      [['path'], ['operation', 'operationId'], ['operation', 'summary']]
                        .map((keys) => operation.getIn(keys))
                        .join(' ')
                        .toLowerCase()
                        .includes(phrase.toLowerCase()),
                    ),
                  ),
            )
            .filter((tag) => tag.get('operations').size > 0),
      ],
    ]),
  };
}

export const EXPLORER_OPTIONS: SwaggerCustomOptions = {
  jsonDocumentUrl: 'openapi.json',
  yamlDocumentUrl: 'openapi.yaml',
  customSiteTitle: 'Plugboard API',
  customfavIcon: `data:image/svg+xml,${encodeURIComponent(ICON)}`,
  customCss: CSS,
  swaggerOptions: {
    persistAuthorization: true,
    tryItOutEnabled: true,
    deepLinking: true,
    displayRequestDuration: true,
    docExpansion: 'list',
    // The list of all schemas takes longer to render than everything else; operations show theirs.
    defaultModelsExpandDepth: -1,
    defaultModelExpandDepth: 1,
    defaultModelRendering: 'example',
    filter: true,
    plugins: [filterOperations],
    validatorUrl: null,
  },
};

/** The security headers of the explorer's page and files. */
export function explorerHeaders(_request: Request, response: Response, next: NextFunction): void {
  response.setHeader('Content-Security-Policy', POLICY);
  response.setHeader('Referrer-Policy', 'no-referrer');
  next();
}

/**
 * Reduces the document to what the explorer shows: half of it is error codes, which descriptions list too. As OpenAPI 3.0
 * it is rendered several times faster than as 3.1, whose reader visits every value of it first.
 */
export function simplifyForExplorer(document: OpenAPIObject): OpenAPIObject {
  const { examples: _examples, responses: _failures, ...components } = document.components ?? {};
  const paths = Object.entries(document.paths).map(([path, operations]) => [
    path,
    Object.fromEntries(
      Object.entries(operations as Record<string, Operation>).map(([method, operation]) => [
        method,
        withoutFailures(operation),
      ]),
    ),
  ]);
  const simplified = {
    ...document,
    openapi: '3.0.3',
    components,
    paths: Object.fromEntries(paths) as object,
  };
  return asVersion30(simplified) as OpenAPIObject;
}

interface Operation {
  responses: Record<string, object>;
}

function withoutFailures(operation: Operation): object {
  const { 'x-error-codes': _codes, ...rest } = operation as Operation & { 'x-error-codes'?: object };
  const answers = Object.entries(operation.responses).filter(([, response]) => !('$ref' in response));
  return { ...rest, responses: Object.fromEntries(answers) };
}

/** OpenAPI 3.0 says `nullable` where 3.1 lists the type `null`. */
function asVersion30(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(asVersion30);
  if (typeof node !== 'object' || node === null) return node;
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, asVersion30(value)]));
  const { type } = copy;
  if (Array.isArray(type) && type.includes('null'))
    return { ...copy, type: type.find((one) => one !== 'null') as unknown, nullable: true };
  return type === 'null' ? { ...copy, type: 'object', nullable: true } : copy;
}
