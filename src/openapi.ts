import { readFileSync } from 'node:fs';
import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const DESCRIPTION = `The home of a fleet's plugins: agent packages, gateway plugins and collectors are created,
configured, run in fenced processes, tested, reloaded and rolled back through this API.

Press **Authorize** and paste the admin token that the server printed at start (\`npm run --silent token\` prints
another). Every operation here runs as it is shown.`;

const TAGS: [name: string, description: string][] = [
  ['Plugins', 'The known plugins: what is wanted of them and what they are doing.'],
  ['Auth', 'Virtual keys and tokens.'],
  ['Events', 'What happens, as it happens.'],
  ['Audit', 'Who changed what.'],
  ['Health', 'For load balancers and monitoring.'],
];

/** The OpenAPI document of an application; a preview (`preview: true`) is enough, no database is needed. */
export function createDocument(app: INestApplication): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setTitle('Plugboard')
    .setDescription(DESCRIPTION)
    .setVersion(version)
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .setOpenAPIVersion('3.1.0')
    .addServer('/', 'This server')
    .addBearerAuth(
      {
        type: 'http',
        scheme: 'bearer',
        description: 'Admin JWT, virtual-key JWT, or a virtual key (`sk-bf-…`).',
      },
      'bearer',
    )
    .addApiKey(
      { type: 'apiKey', name: 'X-Api-Key', in: 'header', description: 'The same tokens.' },
      'apiKey',
    );
  for (const [name, description] of TAGS) builder.addTag(name, description);
  const document = SwaggerModule.createDocument(app, builder.build(), {
    operationIdFactory: (_controller, method) => method,
    autoTagControllers: false,
  });
  return document;
}

/** Serves the document and the explorer, all from this server's own files. */
export function serveExplorer(app: INestApplication): void {
  SwaggerModule.setup('docs', app, () => createDocument(app), {
    jsonDocumentUrl: 'openapi.json',
    yamlDocumentUrl: 'openapi.yaml',
    customSiteTitle: 'Plugboard',
    swaggerOptions: {
      persistAuthorization: true,
      tryItOutEnabled: true,
      displayRequestDuration: true,
      docExpansion: 'list',
      validatorUrl: null,
    },
  });
}
