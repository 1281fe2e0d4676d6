import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { EXPLORER_OPTIONS, explorerHeaders, simplifyForExplorer } from './explorer.js';
import { errorCodeList, header, QUOTA_HEADERS, writeFailures } from './platform/http/api-failures.js';
import { ErrorDto } from './platform/http/error.dto.js';
import { VERSION } from './platform/version.js';

const DESCRIPTION = `The home of a fleet's plugins: agent packages, gateway plugins and collectors are created,
configured, run in fenced processes, tested, reloaded and rolled back through this API.

Press **Authorize** and paste the admin token that the server printed at start (\`npm run --silent token\` prints
another). Every operation here runs as it is shown: create first, use what was created, delete it last.

Bodies with unknown fields are refused, with the field that was probably meant. Operations that clients of other
servers call refuse only what looks like a typo; what else they do not know is listed in \`warnings\`.
\`Prefer: handling=strict\` refuses it there too. \`enable\` and \`enabled\` are the same everywhere.

Every answer has an \`X-Request-Id\`. Every failure has the same shape and a stable code: the schema
\`Error\`. Any operation may answer 500; a path that is none of these answers 404. Two kinds of requests get the same
failure in another shape: \`Accept: application/problem+json\` gets problem details (RFC 9457), with the code in
\`code\` and single fields in \`errors\`; one with \`X-Milady-Client-Id\` or \`X-Milady-Token\` gets the message as a
text in \`error\`, and the code beside it in \`code\`.

<details><summary>All error codes</summary>

${errorCodeList()}

</details>`;

/** In the order of the work: find a plugin, install it, run it, see what became of it; publish; administer. */
const TAGS: [name: string, description: string][] = [
  ['Registry', 'Plugins to be found: in catalogues, and published here.'],
  ['Installation', 'npm packages: in, out, newer, and back again.'],
  ['Plugins', 'The known plugins: what is wanted of them and what they are doing.'],
  ['Core', 'The plugins that an agent is built on, and those it may go without.'],
  ['Jobs', 'Long work: how far it has come, and how to end it.'],
  ['Events', 'What happens, as it happens.'],
  ['Artifacts', 'Plugins to be published: versions, their files, and whether those are what they claim.'],
  ['Agents', 'Who runs which plugins: servers that report here.'],
  ['Fleet', 'The servers that share one database, and how far each has come.'],
  ['Auth', 'Virtual keys and tokens.'],
  ['Audit', 'Who changed what.'],
  ['Health', 'For load balancers and monitoring.'],
];

type Components = NonNullable<OpenAPIObject['components']>;

const HEADERS: NonNullable<Components['headers']> = {
  'X-Request-Id': {
    description: 'Id of the request, also in errors, the audit and the log; the one that was sent, if any.',
    schema: { type: 'string', example: '0b5f7a52-5a3c-4c58-9f0e-3f1c8b6c2a11' },
  },
  ETag: {
    description: 'Version of the answer, for `If-None-Match` and `If-Match`.',
    schema: { type: 'string', example: '"r1.Fw8QmX0cB2s7Yh1t"' },
  },
  'Idempotency-Replayed': {
    description: '`true` where this is the first answer to the same `Idempotency-Key` again.',
    schema: { type: 'string', enum: ['true'] },
  },
  'Retry-After': {
    description: 'Seconds to wait before another try.',
    schema: { type: 'integer', minimum: 0, example: 1 },
  },
  'RateLimit-Policy': {
    description:
      'The quotas that the request counts for: `q` requests in `w` seconds (draft-ietf-httpapi-ratelimit-headers-11).',
    schema: { type: 'string', example: '"token";q=60000;w=60, "address";q=120000;w=60' },
  },
  RateLimit: {
    description: 'What is left of each quota: `r` requests; `t` seconds until there are more.',
    schema: { type: 'string', example: '"token";r=59998;t=1, "address";r=119997;t=1' },
  },
  'WWW-Authenticate': {
    description: 'How to sign in.',
    schema: { type: 'string', example: 'Bearer' },
  },
};

/** The OpenAPI document of an application; a preview (`preview: true`) is enough, no database is needed. */
export function createDocument(app: INestApplication): OpenAPIObject {
  const document = SwaggerModule.createDocument(app, outline(), {
    operationIdFactory: (_controller, method) => method,
    autoTagControllers: false,
    extraModels: [ErrorDto],
  });
  const operations = operationsOf(document);
  writeFailures(document, operations);
  operations.forEach(writeHeaders);
  operations.forEach(writeAccess);
  document.components = { ...document.components, headers: HEADERS };
  return withPlainNames(inOrder(document));
}

/** Schemas are named after what they describe, without the `Dto` of our classes. */
function withPlainNames(document: OpenAPIObject): OpenAPIObject {
  const text = JSON.stringify(document).replace(
    /#\/components\/schemas\/(\w+)Dto"/g,
    '#/components/schemas/$1"',
  );
  const renamed = JSON.parse(text) as OpenAPIObject;
  const schemas = Object.entries(renamed.components?.schemas ?? {});
  return {
    ...renamed,
    components: {
      ...renamed.components,
      schemas: Object.fromEntries(schemas.map(([name, schema]) => [name.replace(/Dto$/, ''), schema])),
    },
  };
}

/** Serves the document and the explorer, all from this server's own files. */
export function serveExplorer(app: INestApplication): void {
  app.use('/docs', explorerHeaders);
  let built: OpenAPIObject | undefined;
  const document = (): OpenAPIObject => (built ??= createDocument(app));
  SwaggerModule.setup('docs', app, () => simplifyForExplorer(document()), {
    ...EXPLORER_OPTIONS,
    raw: false,
  });
  SwaggerModule.setup('docs', app, document, { ...EXPLORER_OPTIONS, ui: false });
}

function outline(): ReturnType<DocumentBuilder['build']> {
  const builder = new DocumentBuilder()
    .setTitle('Plugboard')
    .setDescription(DESCRIPTION)
    .setVersion(VERSION)
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .setOpenAPIVersion('3.1.0')
    .addServer('/', 'This server')
    .addSecurityRequirements('bearer')
    .addBearerAuth(
      {
        type: 'http',
        scheme: 'bearer',
        description:
          'Admin JWT, virtual-key JWT, or a virtual key (`sk-bf-…`). The headers `X-Api-Key`, `x-bf-vk` and `X-Milady-Token` take the same tokens.',
      },
      'bearer',
    );
  for (const [name, description] of TAGS) builder.addTag(name, description);
  return builder.build();
}

interface Operation {
  tags?: string[];
  description?: string;
  security?: object[];
  'x-required-scope'?: string;
  'x-public'?: boolean;
  parameters?: { name: string }[];
  responses: Record<string, { headers?: object }>;
}

function operationsOf({ paths }: OpenAPIObject): Operation[] {
  return Object.values(paths).flatMap((path) => Object.values(path as Record<string, Operation>));
}

/** Documents the headers that the answers of an operation have in common. */
function writeHeaders({ parameters = [], responses }: Operation): void {
  const limited = '429' in responses;
  const repeatable = parameters.some(({ name }) => name === 'Idempotency-Key');
  for (const [status, response] of Object.entries(responses))
    if (status < '400')
      response.headers = {
        'X-Request-Id': header('X-Request-Id'),
        ...(limited && QUOTA_HEADERS),
        ...(repeatable && { 'Idempotency-Replayed': header('Idempotency-Replayed') }),
        ...response.headers,
      };
}

/** Says first of all what a caller needs: explorers show no extensions, and scopes only of OAuth. */
function writeAccess(operation: Operation): void {
  const { 'x-required-scope': scope, 'x-public': isPublic, description } = operation;
  const needed = isPublic ? 'No token.' : scope === undefined ? 'Any token.' : `Scope \`${scope}\`.`;
  operation.description = [`**${needed}**`, description].filter(Boolean).join(' ');
}

/** First what the document is about, then the paths in the order of the tags, the pieces last. */
function inOrder({
  openapi,
  info,
  servers,
  tags,
  security,
  paths,
  components,
}: OpenAPIObject): OpenAPIObject {
  const place = (path: object): number => {
    const [operation] = Object.values(path) as Operation[];
    return TAGS.findIndex(([name]) => name === operation?.tags?.[0]);
  };
  const sorted = Object.entries(paths).sort(([, a], [, b]) => place(a) - place(b));
  const { contact: _none, ...about } = info;
  return {
    openapi,
    info: about,
    ...(servers && { servers }),
    ...(tags && { tags }),
    ...(security && { security }),
    paths: Object.fromEntries(sorted),
    ...(components && { components: piecesInOrder(components) }),
  };
}

function piecesInOrder(components: Components): Components {
  const { securitySchemes, schemas = {}, ...others } = components;
  const byName = Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1));
  return { ...(securitySchemes && { securitySchemes }), ...others, schemas: Object.fromEntries(byName) };
}
