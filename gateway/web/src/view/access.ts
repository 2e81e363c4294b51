import type { Me } from '../api/types';

export type Area =
  | 'map'
  | 'enterprises'
  | 'my-enterprise'
  | 'alarms'
  | 'fraud'
  | 'tasks'
  | 'cases'
  | 'complaints'
  | 'credit'
  | 'permits'
  | 'duties'
  | 'notices'
  | 'rates'
  | 'devices'
  | 'account';
type MeFor = Pick<Me, 'roles' | 'enterpriseId'>;

const OF_AUTHORITY = [
  'administrator',
  'supervisor',
  'officer',
  'duty-officer',
  'grid-member',
  'complaint-handler',
  'viewer',
] as const;
const REVIEWS = ['administrator', 'supervisor'] as const;

export const ofAuthority = (me: MeFor): boolean => OF_AUTHORITY.some((role) => me.roles.includes(role));
/** Supervises others' tasks, so sees all of the division first and not only the own ones. */
export const supervises = (me: MeFor): boolean => REVIEWS.some((role) => me.roles.includes(role));
export const mayClaim = supervises;
/** Changes or operates a device: sets its clock, calibrates, takes a sample. */
export const mayOperate = supervises;
/** Asks a device for something. */
export const mayAsk = (me: MeFor): boolean =>
  (['administrator', 'supervisor', 'officer', 'duty-officer'] as const).some((role) => me.roles.includes(role));
export const mayBackfill = (me: MeFor): boolean => me.roles.includes('administrator');
/** Factors and device profiles are the whole province's. */
export const mayKeepReference = (me: MeFor & Pick<Me, 'division'>): boolean =>
  me.roles.includes('administrator') && /^\d\d0000$/.test(me.division);
export const mayImport = (me: MeFor): boolean => me.roles.includes('administrator');
/** Records the authority's steps of a construction project. */
export const mayRecordProjects = (me: MeFor): boolean =>
  (['administrator', 'supervisor', 'officer'] as const).some((role) => me.roles.includes(role));
/** Marks data of the outlets it answers for (announcement 2022 no. 21: the party marks, the authority reviews). */
export const mayMark = (me: MeFor): boolean =>
  (['principal', 'operator-staff'] as const).some((role) => me.roles.includes(role));
export const mayReviewMarks = (me: MeFor): boolean =>
  (['administrator', 'supervisor', 'officer'] as const).some((role) => me.roles.includes(role));
export const mayAcknowledge = (me: MeFor): boolean =>
  (['administrator', 'supervisor', 'duty-officer', 'officer'] as const).some((role) => me.roles.includes(role));

/** The areas in the navigation, in their order. What a record holds is decided by the service that owns it. */
export function areasOf(me: MeFor): Area[] {
  if (ofAuthority(me)) {
    const all: Area[] = [
      'map',
      'enterprises',
      'alarms',
      'fraud',
      'tasks',
      'cases',
      'permits',
      'complaints',
      'credit',
      'notices',
      'rates',
      'devices',
      'account',
    ];
    // a grid member is sent out, and reads no complaints
    return me.roles.every((role) => role === 'grid-member') ? all.filter((area) => area !== 'complaints') : all;
  }
  if (me.enterpriseId)
    return ['my-enterprise', 'alarms', 'tasks', 'duties', 'cases', 'credit', 'rates', 'notices', 'account'];
  return ['enterprises', 'alarms', 'tasks', 'credit', 'rates', 'notices', 'account'];
}

/** Where one lands after log-in: who goes out or must answer sees the own tasks, others the map. */
export function homeOf(me: MeFor): string {
  if (me.roles.includes('supervisor') || me.roles.includes('administrator')) return '/map';
  if (me.roles.includes('complaint-handler')) return '/complaints';
  if (me.roles.includes('officer') || me.roles.includes('grid-member') || !ofAuthority(me)) return '/tasks';
  return '/map';
}

export const pathOf = (area: Area, me: MeFor): string =>
  area === 'my-enterprise' ? `/enterprises/${me.enterpriseId}` : `/${area}`;

/** The area that a path belongs to: an outlet is part of its enterprise's file. */
export function areaAt(path: string, me: MeFor): Area | undefined {
  const enterprises = me.enterpriseId && !ofAuthority(me) ? 'my-enterprise' : 'enterprises';
  if (/^\/(enterprises|outlets)\b/.test(path)) return enterprises;
  // checks, projects, duties and sheets are pages of one area; an enterprise begins with its duties
  if (/^\/(permits|checks|projects|duties|sheets)\b/.test(path)) return ofAuthority(me) ? 'permits' : 'duties';
  // so are commands to devices, sheets of devices and of their history, profiles and factors
  if (/^\/(devices|commands|device-sheets|backfills|profiles|factors)\b/.test(path)) return 'devices';
  return areasOf(me).find((area) => path.startsWith(pathOf(area, me)));
}
