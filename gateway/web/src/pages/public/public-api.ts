import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { type ApiError, api, uploadPhoto } from '../../api/client';
import { useList } from '../../api/hooks';
import type { ComplaintCategory, ComplaintSummary, PublicComplaint } from '../../api/types';

export const CATEGORIES = [
  'air',
  'odour',
  'water',
  'noise',
  'solid-waste',
  'radiation',
  'ecology',
  'project',
  'other',
] as const satisfies readonly ComplaintCategory[];
export const MAX_PHOTOS = 6;
export const MAX_PHOTO_BYTES = 10 * 1024 * 1024;
export const PHOTO_TYPES = ['image/jpeg', 'image/png', 'image/webp'];

/** Random, of 192 bits: by it a request sent again is known as the same, and photos as those of this complaint. */
export function newClientId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(24));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_');
}

export interface NewComplaint {
  clientId: string;
  category: ComplaintCategory;
  lon: number;
  lat: number;
  datum: 'CGCS2000' | 'WGS84' | 'GCJ02';
  place: string;
  division?: string;
  text: string;
  targetName?: string;
  happenedAt?: string;
  wish?: string;
  emergency?: boolean;
  photos: string[];
  reporter?: { phone: string; code: string; name?: string; address?: string };
}
/** What is shown once. */
export interface Receipt {
  number: string;
  secret: string;
  receivedAt: string;
  acceptBy: string;
}
export interface BySecret {
  number: string;
  secret: string;
}

export const sendComplaint = (body: NewComplaint) => api<Receipt>('POST', '/public/complaints', { body });
export const requestCode = (phone: string) =>
  api<{ validUntil: string; again: string }>('POST', '/public/complaints/code', { body: { phone } });
export const sendPhoto = (clientId: string, photo: File, onProgress: (share: number) => void) =>
  uploadPhoto<{ id: string }>('/public/complaints/photos', photo, onProgress, { clientId });
export const track = (body: BySecret) => api<PublicComplaint>('POST', '/public/complaints/track', { body });
export const rate = (body: BySecret & { satisfaction: number; solved: boolean; comment?: string }) =>
  api<PublicComplaint>('POST', '/public/complaints/rating', { body });
export const askReview = (body: BySecret & { reason: string }) =>
  api<PublicComplaint>('POST', '/public/complaints/review', { body });

interface County {
  code: string;
  name: string;
  nameEn?: string;
}
/** The counties to choose from, by their names in the language of the page. */
export function useCountyOptions(): { value: string; label: string }[] {
  const { i18n } = useTranslation();
  const counties = useQuery<{ items: County[] }, ApiError>({
    queryKey: ['public', 'divisions'],
    queryFn: () => api('GET', '/public/complaints/divisions'),
    staleTime: 600_000,
  });
  return (counties.data?.items ?? []).map(({ code, name, nameEn }) => ({
    value: code,
    label: i18n.language === 'en' ? (nameEn ?? name) : name,
  }));
}
export const useClosed = (division: string | undefined) =>
  useList<ComplaintSummary>('public', '/public/complaints', { limit: 20, division });
