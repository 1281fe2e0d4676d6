import { Injectable } from '@nestjs/common';
import type { AppEvent } from '../events/event-map.js';
import { EventRepository } from '../events/event.repository.js';
import type { EventFeed } from '../events/stream-reader.js';
import { isFinal } from './job-state.js';
import { viewOf } from './job-view.js';
import { JobRepository } from './job.repository.js';
import type { JobEventDto } from './job.dto.js';

/** Makes a stream of what happens to one job: all of it so far, then what comes, to its end. */
@Injectable()
export class JobStream {
  constructor(
    private readonly jobs: JobRepository,
    private readonly events: EventRepository,
  ) {}

  /** @param job one that exists */
  of({ id, createdAt }: { id: string; createdAt: string }): EventFeed {
    return {
      after: async (lastId, limit) => {
        // Looked at first: when it has ended by now, the events below include the last one.
        const job = await this.jobs.find(id);
        const events = await this.events.ofJob(id, createdAt, lastId, limit);
        return { events, ended: events.length < limit && (!job || isFinal(job.state)) };
      },
      present: async (event) => ({ name: event.type, data: await this.present(id, event) }),
    };
  }

  private async present(jobId: string, event: AppEvent): Promise<JobEventDto> {
    if (event.type === 'job.progress') {
      const { subject, ...step } = event.data;
      return { pluginName: subject, state: 'running', error: null, ...step };
    }
    const job = await this.jobs.find(jobId);
    const pluginName = 'subject' in event.data ? event.data.subject : '';
    if (!job || event.type !== 'job.finished') {
      const state = event.type === 'job.queued' ? 'queued' : 'running';
      return { jobId, pluginName, state, phase: state, percentage: 0, message: null, error: null };
    }
    const { state, phase, percentage, message, error } = viewOf(job);
    return { jobId, pluginName, state, phase, percentage, message: error?.message ?? message, error };
  }
}
