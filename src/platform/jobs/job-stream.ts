import { Injectable } from '@nestjs/common';
import { eventFrame } from '../events/event-frame.js';
import type { AppEvent } from '../events/event-map.js';
import { EventRepository } from '../events/event.repository.js';
import type { EventFeed } from '../events/stream-reader.js';
import { viewOf } from './job-view.js';
import { JobRepository } from './job.repository.js';
import type { JobEventDto } from './job.dto.js';

/** Makes a stream of what happens to one job: all of it so far, then what comes, to its end. */
@Injectable()
export class JobStream {
  private readonly frames = new WeakMap<AppEvent, Promise<Buffer>>();

  constructor(
    private readonly jobs: JobRepository,
    private readonly events: EventRepository,
  ) {}

  /** @param job one that exists */
  of({ id, createdAt }: { id: string; createdAt: string }): EventFeed {
    return {
      read: (position, limit) => this.events.ofJob(id, createdAt, position, limit),
      wants: ({ data }) => 'jobId' in data && data.jobId === id,
      frame: (event) => this.frame(id, event),
      isLast: ({ type }) => type === 'job.finished',
    };
  }

  private frame(jobId: string, event: AppEvent): Promise<Buffer> {
    const known = this.frames.get(event);
    if (known) return known;
    const made = this.present(jobId, event).then((data) => eventFrame(event, data));
    this.frames.set(event, made);
    return made;
  }

  private async present(jobId: string, event: AppEvent): Promise<JobEventDto> {
    if (event.type === 'job.progress') {
      const { subject, ...step } = event.data;
      return { pluginName: subject, state: 'running', error: null, ...step };
    }
    const pluginName = 'subject' in event.data ? event.data.subject : '';
    const job = event.type === 'job.finished' ? await this.jobs.find(jobId) : null;
    if (!job) {
      const state = event.type === 'job.queued' ? 'queued' : 'running';
      return { jobId, pluginName, state, phase: state, percentage: 0, message: null, error: null };
    }
    const { state, phase, percentage, message, error } = viewOf(job);
    return { jobId, pluginName, state, phase, percentage, message: error?.message ?? message, error };
  }
}
