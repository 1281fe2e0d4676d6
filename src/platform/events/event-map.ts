/** How far a job has come. */
export interface JobProgress {
  jobId: string;
  subject: string;
  phase: string;
  /** 0 to 100. */
  percentage: number;
  message: string | null;
}

/** Every event there is, with its ids. Whoever wants more reads the thing itself. */
export interface EventMap {
  'plugin.created': { pluginId: string; revision: number };
  'plugin.updated': { pluginId: string; revision: number };
  'plugin.deleted': { pluginId: string };
  /**
   * What a node's own guest is doing has changed: started, failed, quarantined, stopped. `cause` is why it does not
   * run, in words; null where it does, or is not wanted.
   */
  'plugin.status': { pluginId: string; nodeId: string; status: string; cause: string | null };
  /** A server of the fleet came (`live`), is about to stop (`draining`), stopped (`gone`) or fell silent (`dead`). */
  'node.changed': { nodeId: string; state: string };
  /** A virtual key; all but `created` end what was opened with it. */
  'key.changed': { keyId: string; change: 'created' | 'rotated' | 'revoked' };
  /** A JWT is accepted no more. */
  'token.revoked': { jti: string };
  /** What a catalogue source says has changed. */
  'registry.refreshed': { source: string };
  'job.queued': { jobId: string; subject: string };
  'job.progress': JobProgress;
  /** Someone wants it to stop; the server that runs it sees to that. */
  'job.cancelling': { jobId: string; subject: string };
  /** A version was published here. */
  'registry.published': { artifactId: string };
  /** Its status has changed, or it was deleted. */
  'registry.changed': { artifactId: string };
  /** What is known of its bytes has changed. */
  'registry.verified': { artifactId: string; verification: string };
  'job.finished': { jobId: string; subject: string; state: string };
  /** A server or agent reports here for the first time, with other words, or no longer. */
  'agent.registered': { agentId: string };
  'agent.changed': { agentId: string };
  'agent.removed': { agentId: string };
  /** This fleet has told another registry who it is. */
  'registry.registered': { agentId: string };
}

export type EventType = keyof EventMap;

/** The types, where they are needed at run time. The compiler sees to it that none is left out. */
export const EVENT_TYPES = Object.keys({
  'plugin.created': true,
  'plugin.updated': true,
  'plugin.deleted': true,
  'plugin.status': true,
  'node.changed': true,
  'key.changed': true,
  'token.revoked': true,
  'registry.refreshed': true,
  'job.queued': true,
  'job.progress': true,
  'job.cancelling': true,
  'job.finished': true,
  'registry.published': true,
  'registry.changed': true,
  'registry.verified': true,
  'agent.registered': true,
  'agent.changed': true,
  'agent.removed': true,
  'registry.registered': true,
} satisfies Record<EventType, true>) as readonly EventType[];

/** An event as it is stored, announced and streamed. */
export type AppEvent = {
  [T in EventType]: { id: string; at: string; type: T; data: EventMap[T] };
}[EventType];
