const KEY = 'greenwatch.reloaded-at';
/** A second failure within this time is no newer build: reloading again would go round in circles. */
const PAUSE_MS = 60_000;

/** Whether the page may reload by itself; `mark` is the epoch ms of the last time it did so, as text. */
export function mayReload(mark: string | null, now: number): boolean {
  const last = mark === null ? Number.NaN : Number(mark);
  return !(now - last < PAUSE_MS);
}

/** Reloads once when a part of the pages is gone because the console was built anew under an open page. */
export function reloadForNewBuild(now: number): void {
  try {
    if (!mayReload(sessionStorage.getItem(KEY), now)) return;
    sessionStorage.setItem(KEY, String(now));
  } catch {
    return; // without storage nothing stops a circle: the page then says what is wrong and offers the button
  }
  window.location.reload();
}
