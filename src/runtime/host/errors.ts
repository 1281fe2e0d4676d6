import {
  BadGateway,
  BadRequest,
  Conflict,
  GatewayTimeout,
  NotFound,
  Unavailable,
  Unprocessable,
} from '../../platform/http/errors.js';

/** Where a start came to its end: before the code was read, while it was read, or while it initialised. */
export type LoadPhase = 'artifact' | 'load' | 'init';

/** The plugin could not be brought up; `message` is the cause in words, secrets and paths taken out. */
export class LoadFailed extends Unprocessable {
  /** @param logs what the plugin printed before it failed, oldest first */
  constructor(
    message: string,
    readonly phase: LoadPhase = 'load',
    readonly logs: readonly string[] = [],
  ) {
    super('load_failed', message);
  }

  /** Whether an address that the plugin listens on is taken, by the plugin that runs perhaps. */
  get addressInUse(): boolean {
    return /\bEADDRINUSE\b/.test(this.message);
  }
}

/** The path, or what it leads to, lies in none of the folders that plugins may live in. */
export class PathOutsideRoots extends Unprocessable {
  constructor() {
    super(
      'path_outside_roots',
      'The path must lie inside one of the plugin folders (PLUGIN_ROOTS), without ".." and without links that lead out.',
      'path',
    );
  }
}

export class PathNotFound extends Unprocessable {
  /** @param where it was looked for, to end the sentence */
  constructor(where = 'at the path') {
    super('path_not_found', `There is no readable file or folder ${where}.`, 'path');
  }
}

/** The file is none of the formats that are loaded; `message` names what would be right. */
export class UnsupportedArtifact extends Unprocessable {
  constructor(message: string) {
    super('unsupported_artifact', message, 'path');
  }
}

export class ChecksumMismatch extends Unprocessable {
  constructor(expected: string, actual: string) {
    super('checksum_mismatch', `The file has SHA-256 ${actual}, not ${expected} as given.`, 'checksum');
  }
}

export class PluginNotActive extends Conflict {
  constructor(status: string) {
    super('plugin_not_active', `The plugin is not active: its status is "${status}".`);
  }
}

/** The plugin is enabled, and its process is on the way: a moment later the call may work. */
export class PluginStarting extends Unavailable {
  constructor() {
    super('plugin_starting', 'The plugin is enabled and still starting on this server. Try again.');
  }
}

export class HookNotFound extends NotFound {
  constructor(hook: string, has: readonly string[]) {
    super('hook_not_found', `The plugin has no hook "${hook}"; it has ${has.join(', ') || 'none'}.`, 'hook');
  }
}

export class HookTimedOut extends GatewayTimeout {
  constructor(limitMs: number) {
    super('hook_timed_out', `The plugin did not answer within ${limitMs} ms and was restarted.`);
  }
}

/** The plugin's own code failed, or its process ended during the call; `message` is the plugin's cause. */
export class HookFailed extends BadGateway {
  /** @param stack the plugin's own frames, which say more in the server's log than ours */
  constructor(message: string, stack: readonly string[] = []) {
    super('plugin_error', message);
    if (stack.length > 0) this.stack = [`${this.name}: ${message}`, ...stack].join('\n');
  }
}

export class PayloadTooLarge extends BadRequest {
  constructor(limitBytes: number) {
    super(
      'payload_too_large',
      `What a hook is given may take ${limitBytes} bytes as JSON at most.`,
      'payload',
    );
  }
}

export class RuntimeStopping extends Unavailable {
  constructor() {
    super('shutting_down', 'The server is shutting down and starts no more plugins.');
  }
}

/** The message of whatever was thrown. */
export function causeOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
