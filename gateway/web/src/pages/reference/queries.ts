import type { DeviceProfile, Factor, FactorInput } from '@greenwatch/contracts/src/reference';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ApiError, api, type Query } from '../../api/client';
import { useList } from '../../api/hooks';

export type { DeviceProfile, Factor, FactorInput };

export const useFactors = (query: Query) => useList<Factor>('factors', '/factors', query);
export const useProfiles = () => useList<DeviceProfile>('profiles', '/device-profiles', { limit: 200 });

interface Saved {
  changed: number;
  unchanged: number;
}

/** Adds a row or changes it, by its code; every name in the console follows. */
export function useSaveFactor() {
  const client = useQueryClient();
  return useMutation<Saved, ApiError, FactorInput>({
    mutationFn: (factor) => api('POST', '/factors', { body: { factors: [factor] } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['factors'] }),
  });
}

/** Adds a profile or changes it, by its id. */
export function useSaveProfile() {
  const client = useQueryClient();
  return useMutation<Saved, ApiError, DeviceProfile>({
    mutationFn: (profile) => api('POST', '/device-profiles', { body: { profiles: [profile] } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['profiles'] }),
  });
}
