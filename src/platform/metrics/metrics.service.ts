import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** The process's Prometheus metrics; labels have few values (never an id that a caller can make up). */
@Injectable()
export class Metrics {
  private readonly registry = new Registry();

  /** Answers given, by operation and status. A plain number costs a request least; Prometheus has it when it asks. */
  private readonly answers = new Map<string, Map<number, number>>();

  readonly changeSeconds = new Histogram({
    name: 'plugboard_plugin_change_seconds',
    help: 'Time that a change waits for the new code of a plugin to start, in seconds.',
    labelNames: ['outcome'] as const,
    buckets: [0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15],
    registers: [this.registry],
  });

  readonly hookSeconds = new Histogram({
    name: 'plugboard_hook_call_seconds',
    help: 'Time of one hook call through the fence, in seconds.',
    labelNames: ['outcome'] as const,
    buckets: [0.0001, 0.00025, 0.0005, 0.001, 0.005, 0.025, 0.1, 1, 10],
    registers: [this.registry],
  });

  readonly plugins = new Gauge({
    name: 'plugboard_plugins',
    help: 'Plugins of this node, by status.',
    labelNames: ['status'] as const,
    registers: [this.registry],
    collect: () => this.countPlugins(),
  });

  /** Sets `plugins` before each reading; whoever runs plugins puts its own here. */
  countPlugins: () => void = () => undefined;

  readonly eventStreams = new Gauge({
    name: 'plugboard_event_streams',
    help: 'Streams of events that are open.',
    registers: [this.registry],
  });

  readonly guestFailures = new Counter({
    name: 'plugboard_guest_failures_total',
    help: 'Plugin processes that failed to start or died unasked.',
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    const { answers } = this;
    const counter = new Counter({
      name: 'plugboard_http_requests_total',
      help: 'Answers given, by operation and status.',
      labelNames: ['operation', 'status'] as const,
      registers: [],
      collect() {
        this.reset();
        for (const [operation, counts] of answers)
          for (const [status, count] of counts) this.inc({ operation, status }, count);
      },
    });
    this.registry.registerMetric(counter);
  }

  /** Counts an answer. @param operation id of the route, `none` where there is none */
  countAnswer(operation: string, status: number): void {
    const counts = this.answers.get(operation);
    if (counts) counts.set(status, (counts.get(status) ?? 0) + 1);
    else this.answers.set(operation, new Map([[status, 1]]));
  }

  readonly contentType = this.registry.contentType;

  text(): Promise<string> {
    return this.registry.metrics();
  }
}
