import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** The process's Prometheus metrics; labels have few values (never an id that a caller can make up). */
@Injectable()
export class Metrics {
  private readonly registry = new Registry();

  private readonly requests = new Counter({
    name: 'plugboard_http_requests_total',
    help: 'Answers given, by operation and status.',
    labelNames: ['operation', 'status'] as const,
    registers: [this.registry],
  });

  /** Looking the labels up anew takes longer than to count. */
  private readonly answers = new Map<string, Map<number, Counter.Internal>>();

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
  }

  /** Counts an answer. @param operation id of the route, `none` where there is none */
  countAnswer(operation: string, status: number): void {
    const known = this.answers.get(operation) ?? new Map<number, Counter.Internal>();
    const counter = known.get(status) ?? this.requests.labels({ operation, status });
    this.answers.set(operation, known.set(status, counter));
    counter.inc();
  }

  readonly contentType = this.registry.contentType;

  text(): Promise<string> {
    return this.registry.metrics();
  }
}
