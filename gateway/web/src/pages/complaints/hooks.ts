import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ApiError, api, type Query } from '../../api/client';
import { useList, useOne } from '../../api/hooks';
import type { Complaint, ComplaintDetail, Page } from '../../api/types';

export interface Reporter {
  name?: string;
  phone?: string;
  address?: string;
  text: string;
  otherComplaints: number;
}
export interface Look {
  at: string;
  by: string;
  name: string;
  reason: string;
}

export const useComplaints = (query: Query) => useList<Complaint>('complaints', '/complaints', query);
export const useComplaint = (id: string) => useOne<ComplaintDetail>('complaints', `/complaints/${id}`);
export const useLooks = (id: string) => useOne<Page<Look>>('complaint-looks', `/complaints/${id}/reporter/looks`);

/** One of the commands on a complaint; afterwards everything shown of complaints is fetched again. */
export function useComplaintCommand(id: string) {
  const client = useQueryClient();
  return useMutation<Complaint, ApiError, { command: string; body?: object }>({
    mutationFn: ({ command, body }) => api('POST', `/complaints/${id}/${command}`, { body }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['complaints'] }),
  });
}

/** Who complained: asked for once, never kept, and the look shows in the list of looks. */
export function useReporter(id: string) {
  const client = useQueryClient();
  return useMutation<Reporter, ApiError, string>({
    mutationFn: (reason) => api('POST', `/complaints/${id}/reporter`, { body: { reason } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['complaint-looks'] }),
    gcTime: 0,
  });
}
