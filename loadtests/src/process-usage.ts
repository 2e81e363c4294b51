import { readFileSync } from 'node:fs';

/** `utime` and `stime` of /proc are counted in ticks of 10 ms (USER_HZ is 100 on every Linux that Node runs on). */
const TICK_US = 10_000;

/** Processor time that a process has used since it began, in microseconds: user and system, all threads (proc(5)). */
export function cpuOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in brackets may hold blanks; utime and stime are fields 14 and 15, the first after the name is 3.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_US;
}

/** Resident memory of a process, MB (10^6 bytes): now, and the most it ever had (proc(5)). */
export function memoryOf(pid: number): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mb = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1.024e-3;
  return { now: mb('VmRSS'), peak: mb('VmHWM') };
}
