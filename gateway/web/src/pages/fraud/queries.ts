import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ApiError, api } from '../../api/client';
import { useList, useOne } from '../../api/hooks';
import type { OutletAuthenticity, OutletEvidence, ScoringModel, ScoringRun, Suspicion } from '../../api/types';

/** All keys begin with this area, so that one live event fetches everything of it again. */
const AREA = 'fraud';

export const useScores = (query: { level?: string; status?: string; enterpriseId?: string }) =>
  useList<OutletAuthenticity>(AREA, '/fraud/scores', query);
export const useSuspicions = (query: { state?: string; outletId?: string }) =>
  useList<Suspicion>(AREA, '/fraud/suspicions', query);
export const useEvidence = (outletId: string, day: string | undefined) =>
  useOne<OutletEvidence>(AREA, `/fraud/outlets/${outletId}`, { day });
export const useModels = () => useList<ScoringModel>(AREA, '/fraud/models');
export const useRuns = () => useList<ScoringRun>(AREA, '/fraud/runs', { limit: 5 });

export function useScoreNow() {
  const client = useQueryClient();
  return useMutation<ScoringRun, ApiError, void>({
    mutationFn: () => api('POST', '/fraud/runs', { body: {} }),
    onSuccess: () => client.invalidateQueries({ queryKey: [AREA] }),
  });
}

export function useActivate() {
  const client = useQueryClient();
  return useMutation<ScoringModel, ApiError, string>({
    mutationFn: (version) => api('POST', `/fraud/models/${encodeURIComponent(version)}/activate`),
    onSuccess: () => client.invalidateQueries({ queryKey: [AREA] }),
  });
}
