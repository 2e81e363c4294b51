import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';

/**
 * When a process was started, as the system tells it. A process id together with its start names one process for
 * good, while the id alone may belong to somebody else after the first has ended. Undefined when no such process runs.
 */
export function processStart(pid: number): string | undefined {
  try {
    if (existsSync('/proc/self/stat')) {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      // Field 2 is the name in brackets and may hold anything, so count from its end: state is 3, start time 22.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return fields[0] === 'Z' ? undefined : fields[19];
    }
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}

/** What a pid file or a lock holds: `<pid> <start>`. */
export function identityOf(pid: number): string {
  return `${pid} ${processStart(pid) ?? 'ended'}`;
}

/** The id of the very process that an identity names, if it still runs. */
export function runningPid(identity: string): number | undefined {
  const [pid, ...start] = identity.trim().split(' ');
  const running = processStart(Number(pid));
  return running !== undefined && running === start.join(' ') ? Number(pid) : undefined;
}

/** As `runningPid`, from a file; undefined when there is no such file. */
export function runningPidIn(file: string): number | undefined {
  return existsSync(file) ? runningPid(readFileSync(file, 'utf8')) : undefined;
}

/** Ends the process that a pid file names: SIGTERM, after `graceMs` SIGKILL. Removes the file. */
export async function endRecordedProcess(file: string, graceMs: number): Promise<number | undefined> {
  const pid = runningPidIn(file);
  if (pid !== undefined) {
    const deadline = Date.now() + graceMs;
    signal(pid, 'SIGTERM');
    while (runningPidIn(file) !== undefined) {
      if (Date.now() > deadline) signal(pid, 'SIGKILL');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  rmSync(file, { force: true });
  return pid;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
