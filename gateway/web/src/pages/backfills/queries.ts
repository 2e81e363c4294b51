import type { SheetError } from '@greenwatch/contracts/src/permits';
import type { Backfill, BackfillRow } from '@greenwatch/contracts/src/uploads';
import { useList } from '../../api/hooks';
import { type SheetKind, useSheetPage } from '../../api/sheets';

export type { Backfill, BackfillRow };
export interface BackfillPage {
  backfill: Backfill;
  preview: BackfillRow[];
  errors: { items: SheetError[]; next?: string };
}

export const BACKFILLS: SheetKind = { area: 'backfills', path: '/backfills', page: '/backfills' };
export const useBackfills = () => useList<Backfill>('backfills', '/backfills');
export const useBackfill = (id: string) =>
  useSheetPage<BackfillPage>(BACKFILLS, id, { limit: 200 }, ({ backfill }) => backfill);
