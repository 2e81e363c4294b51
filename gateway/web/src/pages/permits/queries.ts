import type { Check, Permit, PermitApplication, QuotaUse, Sheet, SheetPermit } from '@greenwatch/contracts/src/permits';
import type { Duty, DutyDetail, DutyExposure, Project, SubmissionRate } from '@greenwatch/contracts/src/permits-duties';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ApiError, api, type Query } from '../../api/client';
import { useList, useOne } from '../../api/hooks';
import { type SheetKind, useSheetPage } from '../../api/sheets';

export type {
  Check,
  Duty,
  DutyDetail,
  DutyExposure,
  Permit,
  PermitApplication,
  Project,
  QuotaUse,
  Sheet,
  SheetPermit,
  SubmissionRate,
};
export interface PermitVersion {
  version: number;
  recordedAt: string;
  permit: Permit;
}
export interface SheetPage {
  sheet: Sheet;
  items: SheetPermit[];
  next?: string;
}
export interface Ranking {
  final: boolean;
  enterprises: number;
  due: number;
  inTime: number;
  late: number;
  absent: number;
  lowest: SubmissionRate[];
}

export const usePermits = (query: Query) => useList<Permit>('permits', '/permits', query);
export const usePermit = (id: string) => useOne<Permit>('permits', `/permits/${id}`);
export const useVersions = (id: string) => useOne<PermitVersion[]>('permits', `/permits/${id}/versions`);
export const useApplications = (id: string) => useOne<PermitApplication[]>('permits', `/permits/${id}/applications`);
export const useQuotas = (enterpriseId: string, year: number, enabled: boolean) =>
  useList<QuotaUse>('permits', '/permits/quotas', { enterpriseId, year }, enabled);
export const useChecks = (query: Query, enabled = true) => useList<Check>('checks', '/checks', query, enabled);
export const useCheck = (id: string) => useOne<Check>('checks', `/checks/${id}`);
export const useProjects = (query: Query) => useList<Project>('projects', '/projects', query);
export const useProject = (id: string) => useOne<Project>('projects', `/projects/${id}`);
export const useDuties = (query: Query, enabled = true) => useList<Duty>('duties', '/duties', query, enabled);
export const useDuty = (id: string) => useOne<DutyDetail>('duties', `/duties/${id}`);
export const useRanking = (division: string, month: string) =>
  useOne<Ranking>('duties', '/duties/ranking', { division, month });
export const useRates = (division: string, month: string) =>
  useList<SubmissionRate>('duties', '/duties/rates', { division, month });
export const useExposures = (division: string) => useList<DutyExposure>('duties', '/duties/exposures', { division });

export const SHEETS: SheetKind = { area: 'sheets', path: '/permits/sheets', page: '/sheets' };
export const useSheets = () => useList<Sheet>('sheets', '/permits/sheets');
/** A sheet with the first of its permits; asked again while its job runs. */
export const useSheet = (id: string, state: string | undefined) =>
  useSheetPage<SheetPage>(SHEETS, id, { state, limit: 200 }, ({ sheet }) => sheet);

/** A command of this area: answers with the record, and has its lists fetched again. */
export function useCommand<T>(area: 'projects' | 'duties' | 'permits', path: string) {
  const client = useQueryClient();
  return useMutation<T, ApiError, object>({
    mutationFn: (body) => api('POST', path, { body }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: [area] });
      void client.invalidateQueries({ queryKey: ['checks'] });
    },
  });
}
