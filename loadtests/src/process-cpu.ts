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
