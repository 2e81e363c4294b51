import type {
  Complaint,
  ComplaintCategory,
  ComplaintClock,
  ComplaintState,
  Level,
  Substantiated,
} from '@greenwatch/contracts';
import { type Caller, isoTime, isoTimeOrNone, scopeFilter } from '@greenwatch/kit';
import { type Connection, type Model, Schema } from 'mongoose';
import type { TaskResult } from './answer-draft';

export interface PhotoDoc {
  id: string;
  /** Blob of what was sent, whole, as evidence; it is not given out. */
  original: string;
  /** Blob of the picture encoded anew, without what the camera wrote into it. */
  copy: string;
  /** Of the original. */
  sha256: string;
  size: number;
  contentType: string;
  /** Of the copy. */
  width: number;
  height: number;
}
export interface ReviewDoc {
  askedAt: number;
  dueAt: number;
  /** Each reporter may ask once; those who ask while it is open join it. */
  reasons: { at: number; number: string; text: string }[];
  answeredAt?: number;
  answeredBy?: string;
  text?: string;
}

/**
 * A complaint as it is stored; times in epoch ms, the point in CGCS2000. Who made it lies elsewhere (`reporter.model.ts`),
 * and its texts are without names and numbers of people, so that nothing read from here can give anybody away.
 */
export interface ComplaintDoc {
  _id: string;
  /** Number of facts told about it: 1, 2, 3 … */
  sequence: number;
  number: string;
  secretHash: string;
  /** Of the client's own id: a request sent again finds what it made. */
  clientKey: string;
  contentHash: string;
  category: ComplaintCategory;
  state: ComplaintState;
  level: Level;
  emergency: boolean;
  location: { type: 'Point'; coordinates: [lon: number, lat: number] };
  place: string;
  text: string;
  targetName?: string;
  wish?: string;
  happenedAt?: number;
  anonymous: boolean;
  receivedAt: number;
  acceptBy: number;
  forwardBy: number;
  acceptedAt?: number;
  goalBy?: number;
  answerBy?: number;
  extendedAt?: number;
  /** When the clock that runs ends, for the order of lists; `NEVER` when none does. */
  dueAt: number;
  overdue: ComplaintClock[];
  /** Not `enterpriseId`: by that name an enterprise's people would be shown who complained about them. */
  targetEnterpriseId?: string;
  targetEnterpriseName?: string;
  targetOutletId?: string;
  mergedInto?: string;
  reporters: number;
  photos: PhotoDoc[];
  clueMadeAt?: number;
  /** Newest of each task that came from it. */
  tasks: (TaskResult & { sequence: number })[];
  refusal?: {
    at: number;
    reason: NonNullable<Complaint['refusal']>['reason'];
    text: string;
    turnTo: string;
    sameAs?: string;
  };
  draft?: { at: number; by?: string; text: string };
  answer?: { at: number; by: string; text: string };
  substantiated: Substantiated;
  /** Set by a person: later findings do not change it. */
  substantiatedSet?: boolean;
  closedAt?: number;
  summary?: string;
  feedback?: { at: number; satisfaction: number; solved: boolean; comment?: string };
  reviewAskedAt?: number;
  reviews: ReviewDoc[];
  history: { at: number; verb: string; by?: string; remark?: string }[];
  divisionPath: string[];
}

const text = { type: String, required: true };
const number = { type: Number, required: true };
const part = (fields: Record<string, unknown>) => new Schema(fields as never, { _id: false });

export function complaintModel(db: Connection): Model<ComplaintDoc> {
  const schema = new Schema<ComplaintDoc>(
    {
      _id: text,
      sequence: number,
      number: { ...text, unique: true },
      secretHash: text,
      clientKey: { ...text, unique: true },
      contentHash: text,
      category: text,
      state: text,
      level: text,
      emergency: Boolean,
      location: { type: part({ type: text, coordinates: { type: [Number], required: true } }), required: true },
      place: String,
      text: text,
      targetName: String,
      wish: String,
      happenedAt: Number,
      anonymous: Boolean,
      receivedAt: number,
      acceptBy: number,
      forwardBy: number,
      acceptedAt: Number,
      goalBy: Number,
      answerBy: Number,
      extendedAt: Number,
      dueAt: number,
      overdue: [String],
      targetEnterpriseId: String,
      targetEnterpriseName: String,
      targetOutletId: String,
      mergedInto: String,
      reporters: number,
      photos: [
        part({
          id: text,
          original: text,
          copy: text,
          sha256: text,
          size: number,
          contentType: text,
          width: number,
          height: number,
        }),
      ],
      clueMadeAt: Number,
      tasks: [
        part({ taskId: text, sequence: number, type: text, conclusion: String, finding: String, reviewedAt: Number }),
      ],
      refusal: part({ at: number, reason: text, text: text, turnTo: text, sameAs: String }),
      draft: part({ at: number, by: String, text: text }),
      answer: part({ at: number, by: text, text: text }),
      substantiated: text,
      substantiatedSet: Boolean,
      closedAt: Number,
      summary: String,
      feedback: part({ at: number, satisfaction: number, solved: Boolean, comment: String }),
      reviewAskedAt: Number,
      reviews: [
        part({
          askedAt: number,
          dueAt: number,
          reasons: [part({ at: number, number: text, text: text })],
          answeredAt: Number,
          answeredBy: String,
          text: String,
        }),
      ],
      history: [part({ at: number, verb: text, by: String, remark: String })],
      divisionPath: [String],
    },
    { versionKey: false, collection: 'complaints' },
  );
  schema.index({ divisionPath: 1, _id: -1 });
  schema.index({ divisionPath: 1, dueAt: 1, _id: 1 });
  schema.index({ divisionPath: 1, state: 1, closedAt: -1, _id: -1 });
  schema.index({ location: '2dsphere', category: 1, receivedAt: 1 });
  schema.index({ targetEnterpriseId: 1, receivedAt: 1 });
  schema.index({ mergedInto: 1 }, { sparse: true });
  return db.model<ComplaintDoc>('Complaint', schema);
}

/** The last moment a date can be. */
export const NEVER = 8_640_000_000_000_000;

const NOTHING = { _id: { $in: [] } };

/** MongoDB filter for the complaints an officer sees. An enterprise's or operator's people see none, whatever their roles. */
export function visibleComplaints(caller: Caller): Record<string, unknown> {
  if (caller.enterpriseId !== undefined || caller.operatorId !== undefined) return NOTHING;
  return scopeFilter(caller);
}

export const pointOf = ({ location }: Pick<ComplaintDoc, 'location'>) => ({
  lon: location.coordinates[0],
  lat: location.coordinates[1],
});
/** The review that waits for its decision. */
export const openReview = ({ reviews }: Pick<ComplaintDoc, 'reviews'>) =>
  reviews.find(({ answeredAt }) => answeredAt === undefined || answeredAt === null);

/** When a clock of a complaint ends (epoch ms); undefined while it does not run. */
export function runningUntil(doc: ComplaintDoc, clock: ComplaintClock): number | undefined {
  const working = doc.state === 'accepted' || doc.state === 'investigating';
  switch (clock) {
    case 'accept':
      return doc.state === 'received' ? doc.acceptBy : undefined;
    case 'answer':
      return working && !openReview(doc) ? doc.answerBy : undefined;
    case 'review':
      return working ? openReview(doc)?.dueAt : undefined;
  }
}

const at = <T extends { at: number }>(item: T) => ({ ...item, at: isoTime(item.at) });

export const reviewOf = ({ askedAt, dueAt, answeredAt, reasons, ...rest }: ReviewDoc) => ({
  ...rest,
  askedAt: isoTime(askedAt),
  dueAt: isoTime(dueAt),
  answeredAt: isoTimeOrNone(answeredAt),
  reasons: reasons.map(at),
});

/** The complaint as officers get it. */
export function complaintOf(doc: ComplaintDoc): Complaint {
  const { _id, divisionPath } = doc;
  return {
    id: _id,
    number: doc.number,
    category: doc.category,
    state: doc.state,
    level: doc.level,
    emergency: doc.emergency,
    ...pointOf(doc),
    place: doc.place,
    division: divisionPath.at(-1) ?? '',
    divisionPath,
    text: doc.text,
    targetName: doc.targetName,
    happenedAt: isoTimeOrNone(doc.happenedAt),
    wish: doc.wish,
    anonymous: doc.anonymous,
    receivedAt: isoTime(doc.receivedAt),
    acceptBy: isoTime(doc.acceptBy),
    forwardBy: isoTime(doc.forwardBy),
    acceptedAt: isoTimeOrNone(doc.acceptedAt),
    goalBy: isoTimeOrNone(doc.goalBy),
    answerBy: isoTimeOrNone(doc.answerBy),
    extendedAt: isoTimeOrNone(doc.extendedAt),
    overdue: doc.overdue,
    enterpriseId: doc.targetEnterpriseId,
    enterpriseName: doc.targetEnterpriseName,
    outletId: doc.targetOutletId,
    mergedInto: doc.mergedInto,
    reporters: doc.reporters,
    photos: doc.photos.map(({ id, width, height, sha256, size }) => ({ id, width, height, sha256, size })),
    clueMadeAt: isoTimeOrNone(doc.clueMadeAt),
    taskIds: doc.tasks.map(({ taskId }) => taskId),
    refusal: doc.refusal && at(doc.refusal),
    draft: doc.draft && at(doc.draft),
    answer: doc.answer && at(doc.answer),
    substantiated: doc.substantiated,
    closedAt: isoTimeOrNone(doc.closedAt),
    summary: doc.summary,
    feedback: doc.feedback && at(doc.feedback),
    reviews: doc.reviews.map(reviewOf),
    history: doc.history.map(at),
  };
}
