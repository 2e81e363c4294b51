// Types only: nothing of the contracts' code (schemas, protobuf) reaches the bundle.

import type * as gateway from '@greenwatch/contracts/src/gateway';
import type { Static } from '@sinclair/typebox';

export type Me = Static<typeof gateway.Me>;
export type MapPoint = Static<typeof gateway.MapPoint>;
export type MapCluster = Static<typeof gateway.MapCluster>;
export type MapView = Static<typeof gateway.MapView>;
export type AlarmCounts = Static<typeof gateway.AlarmCounts>;
export type DeviceCounts = Static<typeof gateway.DeviceCounts>;
export type EnterpriseFile = Static<typeof gateway.EnterpriseFile>;
export type SystemHealth = Static<typeof gateway.SystemHealth>;
export type TimelineEntry = Static<typeof gateway.TimelineEntry>;
export type LiveEvents = { [K in keyof typeof gateway.LiveEvents]: Static<(typeof gateway.LiveEvents)[K]> };
export type { Role } from '@greenwatch/contracts/src/action';
export type {
  Complaint,
  ComplaintCategory,
  ComplaintDetail,
  ComplaintState,
  ComplaintSummary,
  PublicComplaint,
} from '@greenwatch/contracts/src/complaints';
export type {
  AuthenticityLevel,
  BothLanguages,
  FactorAuthenticity,
  FraudContribution,
  FraudSignal,
  FraudTest,
  OutletAuthenticity,
  OutletEvidence,
  ScoringModel,
  ScoringRun,
  Suspicion,
} from '@greenwatch/contracts/src/fraud';
export type { DeviceLink, Refusal } from '@greenwatch/contracts/src/ingestion';
export type { Delivery, Notice } from '@greenwatch/contracts/src/notifications';
export type { Permit, PermitLimit } from '@greenwatch/contracts/src/permits';
export type { DeviceMessage, Moment } from '@greenwatch/contracts/src/readings';
export type { Factor } from '@greenwatch/contracts/src/reference';
export type {
  Device,
  Division,
  Enterprise,
  EnterpriseDetail,
  Outlet,
  Person,
} from '@greenwatch/contracts/src/registry';
export type { Alarm, AlarmCode, AlarmEvidence } from '@greenwatch/contracts/src/rules';
export type { Kind, Level, Medium } from '@greenwatch/contracts/src/schema';
export type { Act, Case, LegalBasis, Task, TaskState, TaskType } from '@greenwatch/contracts/src/tasking';

import type { Device, Enterprise, Outlet } from '@greenwatch/contracts/src/registry';

/** What `GET /outlets/{id}` answers. */
export type OutletDetail = Outlet & { enterprise: Enterprise; devices: Device[] };

/** A list page; `next` is the key of the following page, absent on the last one. */
export interface Page<T> {
  items: T[];
  next?: string;
}

/** RFC 9457 problem, as every error of the API comes. `code` is the stable part. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  errors?: { field: string; expected: string }[];
}
