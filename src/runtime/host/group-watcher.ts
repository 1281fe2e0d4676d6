import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

const SHELL = '/bin/sh';

/**
 * Starts with the groups in its arguments (a server that is killed at this moment has no time to write them), reads
 * `+ GROUP` and `- GROUP`, and when its input ends, which is when the server ends, however that comes about, kills the
 * process groups that are left. What is meant for the server and its group must not end it.
 */
const SCRIPT = `
trap '' HUP INT TERM
groups=$*
while read -r change group; do
  rest=
  for one in $groups; do [ "$one" = "$group" ] || rest="$rest $one"; done
  groups=$rest
  [ "$change" = + ] && groups="$groups $group"
done
for one in $groups; do kill -9 -"$one"; done
`;

/**
 * Sees to it that guests end with the server even where that is killed and they do not look at their channel: a small
 * shell, one for all guests, that outlives us. Where it is killed itself, another takes its place. There is no
 * confusion with another group of the same number: the number of a child is free only when we have seen it end.
 */
class GroupWatcher {
  private readonly groups = new Set<number>();
  private shell: ChildProcess | null = null;

  /** @param group the process that leads it, a child of ours */
  watch(group: number): void {
    this.groups.add(group);
    if (this.shell) this.tell('+', group);
    else this.start();
  }

  forget(group: number): void {
    if (this.groups.delete(group)) this.tell('-', group);
  }

  private start(): void {
    if (!existsSync(SHELL)) return;
    const shell = spawn(SHELL, ['-c', SCRIPT, SHELL, ...Array.from(this.groups, String)], {
      cwd: '/',
      env: {},
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    this.shell = shell;
    shell.on('error', () => undefined);
    shell.stdin.on('error', () => undefined);
    // One that ends by itself has lost nothing but us, or cannot run here.
    shell.on('exit', (_code, signal) => {
      this.shell = null;
      if (signal && this.groups.size > 0) this.start();
    });
    // It must not keep us from ending.
    shell.unref();
    (shell.stdin as unknown as { unref(): void }).unref();
  }

  private tell(change: '+' | '-', group: number): void {
    this.shell?.stdin?.write(`${change} ${group}\n`);
  }
}

/** The one of this process. */
export const groupWatcher = new GroupWatcher();
