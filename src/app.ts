import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule, type Opened } from './app.module.js';
import { serveExplorer } from './openapi.js';
import { BodyGuard } from './platform/http/body.guard.js';
import { BodyPipe } from './platform/http/body.pipe.js';
import { ErrorFilter } from './platform/http/error.filter.js';
import { FastExpressAdapter } from './platform/http/express-adapter.js';
import { requestMiddleware } from './platform/http/request.middleware.js';
import { Metrics } from './platform/metrics/metrics.service.js';
import { NestLog } from './platform/log.js';

/** A client gets this long for its headers, and this long for a whole request, in milliseconds. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 60_000;

/** The whole application over what start-up has opened, ready to listen. */
export async function createApp(opened: Opened): Promise<INestApplication> {
  const adapter = new FastExpressAdapter({
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: 65_000,
  });
  const app = await NestFactory.create<NestExpressApplication>(AppModule.of(opened), adapter, {
    bodyParser: false,
    logger: new NestLog(opened.log),
    abortOnError: false,
  });
  app.disable('x-powered-by').disable('etag');
  app.use(requestMiddleware(opened.log, app.get(Metrics)));
  app.useGlobalGuards(new BodyGuard());
  app.useGlobalPipes(new BodyPipe());
  app.useGlobalFilters(new ErrorFilter(opened.log));
  serveExplorer(app);
  return app;
}

/** The application as far as the OpenAPI document needs it: nothing is opened, nothing runs. */
export function createPreview(): Promise<INestApplication> {
  return NestFactory.create(AppModule.of({} as Opened), new FastExpressAdapter(), {
    preview: true,
    logger: false,
    abortOnError: false,
  });
}
