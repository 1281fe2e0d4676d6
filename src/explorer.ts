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

export const EXPLORER_OPTIONS: SwaggerCustomOptions = {
  raw: false,
  customSiteTitle: 'Plugboard API',
  customfavIcon: `data:image/svg+xml,${encodeURIComponent(ICON)}`,
  customCss: CSS,
  swaggerOptions: {
    persistAuthorization: true,
    tryItOutEnabled: true,
    deepLinking: true,
    displayRequestDuration: true,
    docExpansion: 'list',
    filter: true,
    defaultModelsExpandDepth: 0,
    validatorUrl: null,
  },
};

interface Operation {
  security?: object[];
}

/**
 * Returns a copy of the document for the explorer, which resolves and draws all that it is given before it shows
 * anything: failures keep only their description, and there is one field for a token.
 */
export function trimForExplorer({ paths, components, ...others }: OpenAPIObject): OpenAPIObject {
  const { examples: _examples, responses = {}, securitySchemes = {}, ...pieces } = components ?? {};
  const { bearer } = securitySchemes;
  return {
    ...others,
    security: [{ bearer: [] }],
    paths: mapValues(paths, (path) => mapValues(path as Record<string, Operation>, trimOperation)),
    components: {
      ...pieces,
      responses: mapValues(responses, (response) => ({
        description: 'description' in response ? response.description : '',
      })),
      ...(bearer && { securitySchemes: { bearer } }),
    },
  };
}

function trimOperation({ security, ...others }: Operation): Operation {
  return { ...others, ...(security && { security: security.filter((scheme) => 'bearer' in scheme) }) };
}

function mapValues<From, To>(
  object: Readonly<Record<string, From>>,
  map: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]));
}

/** The security headers of the explorer's page and files. */
export function explorerHeaders(_request: Request, response: Response, next: NextFunction): void {
  response.setHeader('Content-Security-Policy', POLICY);
  response.setHeader('Referrer-Policy', 'no-referrer');
  next();
}
