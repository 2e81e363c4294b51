import type { Sheet } from '@greenwatch/contracts';
import { afterKey, conflict } from '@greenwatch/kit';

/** The same bytes of the same division are the same sheet. */
export function sheetIdOf(division: string, sha256: string): string {
  return `${division}-${sha256.slice(0, 40)}`;
}

/**
 * Whether a sheet is to be taken over now; false: it is being taken over, or was.
 * @param said what people call it and its rows
 * @throws DomainError 409 WRONG_STATE; 409 SHEET_HAS_ERRORS where some are wrong and the caller does not skip them
 */
export function mayBegin(
  { state, wrong }: { state: Sheet['state']; wrong: number },
  skipWrong: boolean,
  said: { sheet: string; rows: string },
): boolean {
  if (state === 'committing' || state === 'committed') return false;
  if (state !== 'ready') {
    throw conflict('WRONG_STATE', `The ${said.sheet} is ${state}; only one that is ready can be taken over.`, {
      state,
      verb: 'commit',
    });
  }
  if (wrong > 0 && !skipWrong) {
    throw conflict(
      'SHEET_HAS_ERRORS',
      `${wrong} ${said.rows} have errors: mend the sheet, or take over the others with skipWrong.`,
      { wrong },
    );
  }
  return true;
}

/** What follows the key `uploadedAt, _id` in the order newest first; everything without a key. */
export function uploadedBefore(after: string | undefined): object {
  const [time, last] = afterKey(after, 2) ?? [];
  if (time === undefined) return {};
  const at = Number(time);
  return { $or: [{ uploadedAt: { $lt: at } }, { uploadedAt: at, _id: { $gt: last } }] };
}
