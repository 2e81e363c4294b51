import type {
  DutyKind,
  DutyPublicity,
  DutyState,
  ExecutionReport,
  Frequency,
  InspectionResult,
  ManagementLedger,
  MonitoringResult,
  SubmissionRate,
} from '@greenwatch/contracts';
import { type Connection, type Model, Schema } from 'mongoose';
import type { ReportDifference } from './report-totals';

/** One duty of one period. Times in ms. */
export interface StoredDuty {
  _id: string;
  kind: DutyKind;
  every: Frequency;
  period: string;
  from: number;
  to: number;
  permitId: string;
  enterpriseId: string;
  enterpriseName: string;
  divisionPath: string[];
  /** Last code of 6 digits of the path: the county whose exposure board it counts for. */
  county: string;
  openedAt: number;
  dueAt: number;
  missedAt: number;
  /** In which it falls due, for instance 2026-11. */
  month: string;
  state: DutyState;
  /** Absent: it has not come. */
  fulfilledAt?: number;
  submittedBy?: string;
  items?: { outletId?: string; factor: string }[];
  /** Of the list a self-inspection is done by. */
  listId?: string;
  /** Of its facts. */
  sequence: number;
}

/** What was handed in for a duty; written once, but for the differences, which follow what is known of the period. */
export interface Submission {
  _id: string;
  ledger?: ManagementLedger;
  inspection?: InspectionResult[];
  report?: ExecutionReport;
  monitoring?: MonitoringResult[];
  publicity?: DutyPublicity;
  differences?: ReportDifference[];
}

/** The exposure board of a county and month, as it stood when the month was over. */
export interface StoredExposure {
  /** `<county>:<month>` */
  _id: string;
  division: string;
  divisionPath: string[];
  month: string;
  at: number;
  enterprises: number;
  lowest: SubmissionRate[];
}

export interface DutyModels {
  duties: Model<StoredDuty>;
  submissions: Model<Submission>;
  exposures: Model<StoredExposure>;
}

export function dutyModels(db: Connection): DutyModels {
  const duty = new Schema<StoredDuty>(
    {
      _id: String,
      kind: String,
      every: String,
      period: String,
      from: Number,
      to: Number,
      permitId: String,
      enterpriseId: String,
      enterpriseName: String,
      divisionPath: [String],
      county: String,
      openedAt: Number,
      dueAt: Number,
      missedAt: Number,
      month: String,
      state: String,
      fulfilledAt: Number,
      submittedBy: String,
      items: { type: [Object], default: undefined },
      listId: String,
      sequence: Number,
    },
    { collection: 'duties', versionKey: false },
  );
  duty.index({ permitId: 1, kind: 1, every: 1, period: 1 }, { unique: true });
  duty.index({ enterpriseId: 1, kind: 1, state: 1 });
  duty.index({ enterpriseId: 1, dueAt: -1, _id: -1 });
  duty.index({ divisionPath: 1, dueAt: -1, _id: -1 });
  duty.index({ month: 1, kind: 1, divisionPath: 1 });
  const submission = new Schema<Submission>(
    {
      _id: String,
      ledger: Object,
      inspection: Object,
      report: Object,
      monitoring: Object,
      publicity: Object,
      differences: Object,
    },
    { collection: 'duty_submissions', versionKey: false },
  );
  const exposure = new Schema<StoredExposure>(
    {
      _id: String,
      division: String,
      divisionPath: [String],
      month: String,
      at: Number,
      enterprises: Number,
      lowest: { type: [Object], default: [] },
    },
    { collection: 'exposures', versionKey: false },
  );
  exposure.index({ divisionPath: 1, month: -1, _id: -1 });
  return {
    duties: db.model<StoredDuty>('Duty', duty),
    submissions: db.model<Submission>('DutySubmission', submission),
    exposures: db.model<StoredExposure>('DutyExposure', exposure),
  };
}
