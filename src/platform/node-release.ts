/** Last day on which a line of Node gets security fixes (the schedule of the Node.js release working group). */
const SUPPORTED_UNTIL: Readonly<Record<number, string>> = {
  20: '2026-04-30',
  21: '2024-06-01',
  22: '2027-04-30',
  23: '2025-06-01',
  24: '2028-04-30',
  25: '2026-06-01',
  26: '2029-04-30',
};
const NEWEST_KNOWN = Math.max(...Object.keys(SUPPORTED_UNTIL).map(Number));

/** Returns what whoever runs the server should know about its release of Node, or null where all is well. */
export function nodeReleaseWarning(version = process.versions.node, now = new Date()): string | null {
  const line = Number.parseInt(version, 10);
  if (line > NEWEST_KNOWN)
    return `Node ${line} is newer than what Plugboard was tested on: the fence may have gaps there.`;
  const until = SUPPORTED_UNTIL[line];
  if (until !== undefined && now.toISOString().slice(0, 10) <= until) return null;
  const since = until === undefined ? '' : ` since ${until}`;
  return `Node ${line} has had no security fixes${since}: plugins may break out through known holes. Run Node 24.`;
}
