export { type Artifact, fileDigest, inspectArtifact } from './artifact.js';
export type { Candidate } from './candidate.js';
export {
  ChecksumMismatch,
  HookFailed,
  HookNotFound,
  HookTimedOut,
  LoadFailed,
  type LoadPhase,
  PathNotFound,
  PathOutsideRoots,
  PayloadTooLarge,
  PluginNotActive,
  PluginStarting,
  RuntimeStopping,
  UnsupportedArtifact,
} from './errors.js';
export type {
  ActualPlugin,
  BackOff,
  GuestSpec,
  LastExit,
  Limits,
  PluginStatus,
  Target,
} from './guest-spec.js';
export { CAN_DENY_NETWORK } from './launch.js';
export { type LineOrigin, LOG_STREAMS, type LogStream } from './log-line.js';
export type { Manifest } from './manifest.js';
export { sweepOrphans } from './orphans.js';
export { PluginRuntime, type RuntimeOptions } from './plugin-runtime.js';
export { Reconciler, type ReconcilerOptions, type Wanted, type WantedTarget } from './reconciler.js';
export type { Check, TrialResult } from './trial.js';
export { type Hook, HOOKS, LOG_LEVELS, type LogLevel, PLUGIN_TYPES, type PluginType } from '../protocol.js';
