import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule, type Opened } from './app.module.js';
import { serveExplorer } from './openapi.js';
import { BodyFieldsInterceptor } from './platform/http/body-fields.js';
import { BodyGuard } from './platform/http/body.guard.js';
import { BodyPipe } from './platform/http/body.pipe.js';
import { CrossOriginAccess } from './platform/http/cors.js';
import { ErrorFilter } from './platform/http/error.filter.js';
import { FastExpressAdapter } from './platform/http/express-adapter.js';
import { Overload } from './platform/http/limits/overload.js';
import { RateLimits } from './platform/http/limits/rate-limits.service.js';
import { ReadyRoutes } from './platform/http/ready-routes.js';
import { requestFront } from './platform/http/request-front.js';
import { Metrics } from './platform/metrics/metrics.service.js';
import { NestLog } from './platform/log.js';

/** How often connections are looked at whose request does not come, in milliseconds. */
const CHECK_MS = 1_000;

/** The whole application over what start-up has opened, ready to listen. */
export async function createApp(opened: Opened): Promise<INestApplication> {
  const { config } = opened;
  const adapter = new FastExpressAdapter(
    {
      // Answered here, with a body.
      requireHostHeader: false,
      headersTimeout: config.HEADERS_TIMEOUT,
      requestTimeout: config.REQUEST_TIMEOUT,
      keepAliveTimeout: 65_000,
      connectionsCheckingInterval: CHECK_MS,
    },
    { connections: config.MAX_CONNECTIONS, stallMs: config.STALL_TIMEOUT },
  );
  const app = await NestFactory.create<NestExpressApplication>(AppModule.of(opened), adapter, {
    bodyParser: false,
    logger: new NestLog(opened.log),
    abortOnError: false,
  });
  app.disable('x-powered-by').disable('etag');
  const failures = new ErrorFilter(opened.log);
  adapter.front = requestFront({
    log: opened.log,
    metrics: app.get(Metrics),
    overload: app.get(Overload),
    limits: app.get(RateLimits),
    ready: app.get(ReadyRoutes),
    failures,
    origins: new CrossOriginAccess(config.CORS_ORIGINS),
  });
  adapter.onUnreadable = (status) => app.get(Metrics).countAnswer('none', status);
  app.useGlobalGuards(new BodyGuard());
  app.useGlobalInterceptors(new BodyFieldsInterceptor());
  app.useGlobalPipes(new BodyPipe());
  app.useGlobalFilters(failures);
  serveExplorer(app);
  return app;
}

/** The application as far as the OpenAPI document needs it: nothing is opened, nothing runs. */
export function createPreview(): Promise<INestApplication> {
  return NestFactory.create(
    AppModule.of({} as Opened),
    new FastExpressAdapter({}, { connections: 1, stallMs: 1_000 }),
    {
      preview: true,
      logger: false,
      abortOnError: false,
    },
  );
}
