import type { DeviceSheet, DeviceSheetRow } from '@greenwatch/contracts/src/device-sheets';
import type { DeviceState, RefusalCount } from '@greenwatch/contracts/src/ingestion';
import { useMutation, useQueries, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { type ApiError, api, type Query } from '../../api/client';
import { useList, useOne } from '../../api/hooks';
import { type SheetKind, useSheetPage } from '../../api/sheets';
import type { Device, EnterpriseDetail } from '../../api/types';

export type { DeviceSheet, DeviceSheetRow, DeviceState, RefusalCount };

export interface DeviceHours extends DeviceState {
  hours: { at: string; accepted: number; refused: RefusalCount[] }[];
}
export interface DeviceSummary {
  active: number;
  unclaimed: number;
  retired: number;
  online: number;
  accepted: number;
  refused: RefusalCount[];
  nobodys: RefusalCount[];
}
export interface DeviceBlock {
  address: string;
  mn?: string;
  until: string;
}
export interface DeviceSheetPage {
  sheet: DeviceSheet;
  items: DeviceSheetRow[];
  next?: string;
}
export interface Rotated {
  mn: string;
  password: string;
  oldPasswordUntil?: string;
}

/** ingestion writes its counts once a minute. */
const COUNTS_MS = 60_000;

/** What ingestion counts is fetched again while the page is open; connections come and go live. */
export function useFreshCounts(): void {
  const client = useQueryClient();
  useEffect(() => {
    const timer = setInterval(() => {
      for (const area of ['device-states', 'refusals']) void client.invalidateQueries({ queryKey: [area] });
    }, COUNTS_MS);
    return () => clearInterval(timer);
  }, [client]);
}

/** Path of a device: an MN may hold any printable character. */
export const devicePath = (mn: string): string => `/devices/${encodeURIComponent(mn)}`;

export const useDeviceStates = (query: Query) => useList<DeviceState>('device-states', '/devices/states', query);
export const useDeviceSummary = (period: Query) => useOne<DeviceSummary>('device-states', '/devices/summary', period);
export const useDeviceHours = (mn: string, period: Query) =>
  useOne<DeviceHours>('device-states', `${devicePath(mn)}/state`, period);
export const useDevice = (mn: string | undefined) =>
  useOne<Device>('devices', devicePath(mn ?? ''), {}, mn !== undefined);
export const useBlocks = () => useOne<{ items: DeviceBlock[] }>('device-states', '/devices/blocks');

/** Enterprises by id, each asked for once and kept: they name the outlets of a page of devices. */
export const useEnterprisesOf = (ids: readonly (string | undefined)[]) =>
  useQueries({
    queries: [...new Set(ids)]
      .filter((id) => id !== undefined)
      .map((id) => ({
        queryKey: ['enterprise', id],
        queryFn: () => api<EnterpriseDetail>('GET', `/enterprises/${id}`),
        staleTime: 1_800_000,
      })),
    combine: (found) => new Map(found.flatMap(({ data }) => (data ? [[data.id, data] as const] : []))),
  });

/** A command about a device; what is shown of devices is fetched again. */
export function useDeviceCommand<T>(path: string) {
  const client = useQueryClient();
  return useMutation<T, ApiError, object>({
    mutationFn: (body) => api('POST', path, { body }),
    onSuccess: () => {
      for (const area of ['devices', 'device-states', 'enterprise']) {
        void client.invalidateQueries({ queryKey: [area] });
      }
    },
  });
}

export const DEVICE_SHEETS: SheetKind = { area: 'device-sheets', path: '/devices/sheets', page: '/device-sheets' };
export const useDeviceSheets = () => useList<DeviceSheet>('device-sheets', '/devices/sheets');
export const useDeviceSheet = (id: string, state: string | undefined) =>
  useSheetPage<DeviceSheetPage>(DEVICE_SHEETS, id, { state, limit: 200 }, ({ sheet }) => sheet);
