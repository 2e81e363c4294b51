import { type Static, Type } from '@sinclair/typebox';
import { type ActionContract, AUTHORITY } from './action';
import { DivisionCode, Id, Level, Literals, Medium, Page, PageParams, strict, Time } from './schema';

/** domain.md 6. */
export const COMPLAINT_CATEGORIES = [
  'air',
  'odour',
  'water',
  'noise',
  'solid-waste',
  'radiation',
  'ecology',
  'project',
  'other',
] as const;
export const COMPLAINT_STATES = [
  'received',
  'accepted',
  'refused',
  'merged',
  'investigating',
  'answered',
  'closed',
] as const;
export const COMPLAINT_CLOCKS = ['accept', 'answer', 'review'] as const;
export const COMPLAINT_REFUSAL_REASONS = [
  'other-agency',
  'legal-path',
  'same-matter',
  'final-answer',
  'not-environmental',
] as const;
export const COMPLAINT_PHOTO_TYPES = ['image/jpeg', 'image/png', 'image/webp'] as const;
export const DATUMS = ['CGCS2000', 'WGS84', 'GCJ02'] as const;
/** Up to so many photos a complaint, each of up to so many bytes. */
export const MAX_COMPLAINT_PHOTOS = 6;
export const MAX_COMPLAINT_PHOTO_BYTES = 10 * 1024 * 1024;

const Category = Literals(COMPLAINT_CATEGORIES);
const Substantiated = Literals(['yes', 'no', 'unknown']);
const Mobile = Type.String({ pattern: '^1[3-9][0-9]{9}$', description: 'mobile number in mainland China' });
const Text = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: '\\S' });
const Point = {
  lon: Type.Number({ minimum: -180, maximum: 180, description: 'degrees' }),
  lat: Type.Number({ minimum: -90, maximum: 90, description: 'degrees' }),
};
/** Made by the page once a complaint: a request sent again with it changes nothing. Its uploads belong to it. */
const ClientId = Type.String({
  pattern: '^[A-Za-z0-9_-]{22,64}$',
  description: 'random, at least 128 bits; keep it secret: whoever holds it can ask for the code again',
});
const Secret = Type.String({ minLength: 1, maxLength: 32, description: 'shown when the complaint was made' });
const ByNumber = { number: Type.String({ minLength: 1, maxLength: 32 }), secret: Secret };

export const ComplaintFeedback = Type.Object(
  {
    at: Time,
    satisfaction: Type.Integer({ minimum: 1, maximum: 5 }),
    solved: Type.Boolean(),
    comment: Type.Optional(Type.String()),
  },
  strict,
);
/** Why it was not accepted, and where to turn (domain.md 6). */
export const ComplaintRefusal = Type.Object(
  {
    at: Time,
    reason: Literals(COMPLAINT_REFUSAL_REASONS),
    text: Type.String(),
    turnTo: Type.String({ description: 'where to turn instead' }),
    sameAs: Type.Optional(Type.String({ description: 'number of the complaint that was accepted already' })),
  },
  strict,
);

/** What the reporter sees with number and code: no officer's name, nothing about the enterprise's file. */
export const PublicComplaint = Type.Object(
  {
    number: Type.String(),
    category: Category,
    state: Literals(COMPLAINT_STATES),
    division: DivisionCode,
    divisionName: Type.Optional(Type.String()),
    place: Type.String(),
    text: Type.String({ description: 'with names and numbers of people taken out' }),
    photos: Type.Integer(),
    anonymous: Type.Boolean(),
    receivedAt: Time,
    acceptBy: Time,
    acceptedAt: Type.Optional(Time),
    answerBy: Type.Optional(Time),
    extended: Type.Boolean(),
    refusal: Type.Optional(ComplaintRefusal),
    answer: Type.Optional(Type.Object({ at: Time, text: Type.String() }, strict)),
    feedback: Type.Optional(ComplaintFeedback),
    review: Type.Optional(Type.Object({ askedAt: Time, answerBy: Time, answeredAt: Type.Optional(Time) }, strict)),
    mayRate: Type.Boolean(),
    mayAskReviewUntil: Type.Optional(Time),
    progress: Type.Array(Type.Object({ at: Time, verb: Type.String(), remark: Type.Optional(Type.String()) }, strict)),
  },
  strict,
);
/** Of a closed complaint, for everybody. */
export const ComplaintSummary = Type.Object(
  {
    category: Category,
    division: DivisionCode,
    divisionName: Type.Optional(Type.String()),
    receivedAt: Time,
    closedAt: Time,
    substantiated: Substantiated,
    summary: Type.String(),
    satisfaction: Type.Optional(Type.Integer({ minimum: 1, maximum: 5 })),
    reporters: Type.Integer(),
  },
  strict,
);

export const ComplaintPhoto = Type.Object(
  {
    id: Id,
    width: Type.Integer(),
    height: Type.Integer(),
    sha256: Type.String({ description: 'of the original, which is kept whole as evidence' }),
    size: Type.Integer({ description: 'bytes of the original' }),
  },
  strict,
);
export const ComplaintReview = Type.Object(
  {
    askedAt: Time,
    reasons: Type.Array(Type.Object({ at: Time, number: Type.String(), text: Type.String() }, strict)),
    dueAt: Time,
    answeredAt: Type.Optional(Time),
    answeredBy: Type.Optional(Type.String()),
    text: Type.Optional(Type.String()),
  },
  strict,
);
export const Complaint = Type.Object(
  {
    id: Id,
    number: Type.String(),
    category: Category,
    state: Literals(COMPLAINT_STATES),
    level: Level,
    emergency: Type.Boolean(),
    lon: Type.Number({ description: 'CGCS2000 degrees' }),
    lat: Type.Number({ description: 'CGCS2000 degrees' }),
    place: Type.String(),
    division: DivisionCode,
    divisionPath: Type.Array(DivisionCode),
    text: Type.String({ description: 'with names and numbers of people taken out' }),
    targetName: Type.Optional(Type.String({ description: 'whom the reporter names' })),
    happenedAt: Type.Optional(Time),
    wish: Type.Optional(Type.String()),
    anonymous: Type.Boolean(),
    receivedAt: Time,
    acceptBy: Time,
    forwardBy: Time,
    acceptedAt: Type.Optional(Time),
    goalBy: Type.Optional(Time),
    answerBy: Type.Optional(Time),
    extendedAt: Type.Optional(Time),
    overdue: Type.Array(Literals(COMPLAINT_CLOCKS)),
    enterpriseId: Type.Optional(Id),
    enterpriseName: Type.Optional(Type.String()),
    outletId: Type.Optional(Id),
    mergedInto: Type.Optional(Id),
    reporters: Type.Integer({ description: 'different reporters of this matter, the merged ones included' }),
    photos: Type.Array(ComplaintPhoto),
    clueMadeAt: Type.Optional(Time),
    taskIds: Type.Array(Id),
    refusal: Type.Optional(ComplaintRefusal),
    draft: Type.Optional(
      Type.Object(
        {
          at: Time,
          by: Type.Optional(Type.String({ description: 'absent: made from the finding' })),
          text: Type.String(),
        },
        strict,
      ),
    ),
    answer: Type.Optional(Type.Object({ at: Time, by: Type.String(), text: Type.String() }, strict)),
    substantiated: Substantiated,
    closedAt: Type.Optional(Time),
    summary: Type.Optional(Type.String()),
    feedback: Type.Optional(ComplaintFeedback),
    reviews: Type.Array(ComplaintReview),
    history: Type.Array(
      Type.Object(
        { at: Time, verb: Type.String(), by: Type.Optional(Type.String()), remark: Type.Optional(Type.String()) },
        strict,
      ),
    ),
  },
  strict,
);
/** Another complaint that may be about the same (domain.md 6). */
export const DuplicateCandidate = Type.Object(
  {
    id: Id,
    number: Type.String(),
    state: Literals(COMPLAINT_STATES),
    receivedAt: Time,
    text: Type.String(),
    distance: Type.Integer({ description: 'metres' }),
    similarity: Type.Number({ minimum: 0, maximum: 1 }),
    sameEnterprise: Type.Boolean(),
    sameReporter: Type.Boolean(),
  },
  strict,
);
/** An outlet or an enterprise without outlets near the place. */
export const NearbySource = Type.Object(
  {
    enterpriseId: Id,
    enterpriseName: Type.String(),
    outletId: Type.Optional(Id),
    outletName: Type.Optional(Type.String()),
    medium: Type.Optional(Medium),
    distance: Type.Integer({ description: 'metres' }),
    fits: Type.Boolean({ description: 'what it emits is what the complaint is about' }),
    named: Type.Boolean({ description: 'the reporter names it' }),
  },
  strict,
);
export const ComplaintDetail = Type.Composite(
  [
    Complaint,
    Type.Object({
      duplicates: Type.Array(DuplicateCandidate),
      nearby: Type.Array(NearbySource),
      merged: Type.Array(Type.Object({ id: Id, number: Type.String(), receivedAt: Time }, strict)),
    }),
  ],
  strict,
);
/** Who complained; every look at it is written down. */
export const ComplaintReporter = Type.Object(
  {
    complaintId: Id,
    name: Type.Optional(Type.String()),
    phone: Type.Optional(Type.String()),
    address: Type.Optional(Type.String()),
    text: Type.String({ description: 'what was written, word for word' }),
    otherComplaints: Type.Integer({ description: 'by the same phone number' }),
  },
  strict,
);
export const ComplaintReporterLook = Type.Object(
  { at: Time, by: Type.String(), name: Type.String(), reason: Type.String() },
  strict,
);

const ById = { id: Id };
const PUBLIC = ['public'] as const;
/** Those who look after complaints, and those who decide about them. */
const HANDLERS = ['complaint-handler', 'duty-officer', 'supervisor', 'administrator'] as const;
const DECIDERS = ['supervisor', 'administrator'] as const;
const READERS = AUTHORITY.filter((role) => role !== 'grid-member');

export const complaintsActions = {
  // The bytes travel as a Moleculer stream; these are its meta `$params`.
  'complaints.public.uploadPhoto': {
    params: Type.Object(
      { clientId: ClientId, filename: Type.String({ maxLength: 200 }), contentType: Literals(COMPLAINT_PHOTO_TYPES) },
      strict,
    ),
    result: Type.Object({ id: Id, width: Type.Integer(), height: Type.Integer(), expiresAt: Time }, strict),
    roles: PUBLIC,
  },
  'complaints.public.requestCode': {
    params: Type.Object({ phone: Mobile, locale: Type.Optional(Literals(['zh-CN', 'en'])) }, strict),
    result: Type.Object(
      { validUntil: Time, again: Time },
      { ...strict, description: 'a next code may be had `again`' },
    ),
    roles: PUBLIC,
  },
  'complaints.public.submit': {
    params: Type.Object(
      {
        clientId: ClientId,
        category: Category,
        ...Point,
        datum: Literals(DATUMS),
        place: Type.String({ maxLength: 200, description: 'address, or what the place is called' }),
        division: Type.Optional(DivisionCode),
        text: Text(2000),
        targetName: Type.Optional(Type.String({ maxLength: 200 })),
        happenedAt: Type.Optional(Time),
        wish: Type.Optional(Type.String({ maxLength: 500 })),
        emergency: Type.Optional(Type.Boolean({ description: 'people or the environment are in danger now' })),
        photos: Type.Optional(Type.Array(Id, { maxItems: MAX_COMPLAINT_PHOTOS, uniqueItems: true })),
        reporter: Type.Optional(
          Type.Object(
            {
              phone: Mobile,
              code: Type.String({ pattern: '^[0-9]{6}$', description: 'from the message' }),
              name: Type.Optional(Type.String({ maxLength: 50 })),
              address: Type.Optional(Type.String({ maxLength: 200 })),
            },
            { ...strict, description: 'absent: anonymous' },
          ),
        ),
      },
      strict,
    ),
    result: Type.Object(
      {
        number: Type.String(),
        secret: Type.String({ description: 'shown once; only its hash is kept' }),
        receivedAt: Time,
        acceptBy: Time,
      },
      strict,
    ),
    roles: PUBLIC,
  },
  'complaints.public.track': { params: Type.Object(ByNumber, strict), result: PublicComplaint, roles: PUBLIC },
  'complaints.public.rate': {
    params: Type.Object(
      {
        ...ByNumber,
        satisfaction: Type.Integer({ minimum: 1, maximum: 5 }),
        solved: Type.Boolean(),
        comment: Type.Optional(Type.String({ maxLength: 500 })),
      },
      strict,
    ),
    result: PublicComplaint,
    roles: PUBLIC,
  },
  'complaints.public.askReview': {
    params: Type.Object({ ...ByNumber, reason: Text(1000) }, strict),
    result: PublicComplaint,
    roles: PUBLIC,
  },
  'complaints.public.list': {
    params: Type.Object(
      { division: Type.Optional(DivisionCode), category: Type.Optional(Category), ...PageParams },
      strict,
    ),
    result: Page(ComplaintSummary),
    roles: PUBLIC,
  },
  // Where a complaint can be sent.
  'complaints.public.divisions': {
    params: Type.Object({}, strict),
    result: Type.Object(
      {
        items: Type.Array(
          Type.Object({ code: DivisionCode, name: Type.String(), nameEn: Type.Optional(Type.String()) }, strict),
        ),
      },
      strict,
    ),
    roles: PUBLIC,
  },

  'complaints.complaint.list': {
    params: Type.Object(
      {
        state: Type.Optional(Literals(COMPLAINT_STATES)),
        open: Type.Optional(Type.Boolean({ description: 'neither refused, merged, answered nor closed' })),
        overdue: Type.Optional(Type.Boolean({ description: 'a clock has run out' })),
        category: Type.Optional(Category),
        division: Type.Optional(DivisionCode),
        enterpriseId: Type.Optional(Id),
        order: Type.Optional(Literals(['newest', 'due'], { description: 'due: the clock that ends first, first' })),
        ...PageParams,
      },
      strict,
    ),
    result: Page(Complaint),
    roles: READERS,
  },
  'complaints.complaint.get': { params: Type.Object(ById, strict), result: ComplaintDetail, roles: READERS },
  // Answers with a stream: the re-encoded copy without what the camera wrote into it.
  'complaints.photo.get': {
    params: Type.Object({ complaintId: Id, photoId: Id }, strict),
    result: Type.Any(),
    roles: READERS,
  },
  'complaints.complaint.accept': {
    params: Type.Object(
      {
        ...ById,
        enterpriseId: Type.Optional(Id),
        outletId: Type.Optional(Id),
        emergency: Type.Optional(Type.Boolean()),
      },
      strict,
    ),
    result: Complaint,
    roles: HANDLERS,
  },
  // Whom it is about; empty: nobody yet.
  'complaints.complaint.setTarget': {
    params: Type.Object({ ...ById, enterpriseId: Type.Optional(Id), outletId: Type.Optional(Id) }, strict),
    result: Complaint,
    roles: HANDLERS,
  },
  'complaints.complaint.refuse': {
    params: Type.Object(
      {
        ...ById,
        reason: Literals(COMPLAINT_REFUSAL_REASONS),
        text: Text(1000),
        turnTo: Type.Optional(Type.String({ maxLength: 500, description: 'needed for other-agency and legal-path' })),
        sameAs: Type.Optional(Id),
      },
      strict,
    ),
    result: Complaint,
    roles: HANDLERS,
  },
  'complaints.complaint.merge': {
    params: Type.Object({ ...ById, into: Id }, strict),
    result: Complaint,
    roles: HANDLERS,
  },
  'complaints.complaint.forward': {
    params: Type.Object({ ...ById, division: DivisionCode, reason: Text(500) }, strict),
    result: Complaint,
    roles: HANDLERS,
  },
  'complaints.complaint.makeClue': { params: Type.Object(ById, strict), result: Complaint, roles: DECIDERS },
  'complaints.complaint.draft': {
    params: Type.Object({ ...ById, text: Text(5000), substantiated: Type.Optional(Substantiated) }, strict),
    result: Complaint,
    roles: HANDLERS,
  },
  // Confirms the draft, or answers with a text of its own; every reporter of the matter is answered.
  'complaints.complaint.answer': {
    params: Type.Object(
      { ...ById, text: Type.Optional(Text(5000)), substantiated: Type.Optional(Substantiated) },
      strict,
    ),
    result: Complaint,
    roles: DECIDERS,
  },
  'complaints.complaint.answerReview': {
    params: Type.Object({ ...ById, text: Text(5000), substantiated: Type.Optional(Substantiated) }, strict),
    result: Complaint,
    roles: DECIDERS,
  },
  'complaints.complaint.extend': {
    params: Type.Object({ ...ById, reason: Text(500) }, strict),
    result: Complaint,
    roles: DECIDERS,
  },
  'complaints.complaint.close': {
    params: Type.Object(
      { ...ById, summary: Type.Optional(Type.String({ maxLength: 1000, description: 'for everybody to read' })) },
      strict,
    ),
    result: Complaint,
    roles: HANDLERS,
  },

  'complaints.reporter.read': {
    params: Type.Object({ ...ById, reason: Text(300) }, strict),
    result: ComplaintReporter,
    roles: ['complaint-handler'],
  },
  'complaints.reporter.looks': {
    params: Type.Object({ ...ById, ...PageParams }, strict),
    result: Page(ComplaintReporterLook),
    roles: HANDLERS,
  },
} as const satisfies Record<string, ActionContract>;

export type Complaint = Static<typeof Complaint>;
export type ComplaintDetail = Static<typeof ComplaintDetail>;
export type ComplaintCategory = (typeof COMPLAINT_CATEGORIES)[number];
export type ComplaintState = (typeof COMPLAINT_STATES)[number];
export type ComplaintClock = (typeof COMPLAINT_CLOCKS)[number];
export type ComplaintRefusalReason = (typeof COMPLAINT_REFUSAL_REASONS)[number];
export type PublicComplaint = Static<typeof PublicComplaint>;
export type ComplaintSummary = Static<typeof ComplaintSummary>;
export type DuplicateCandidate = Static<typeof DuplicateCandidate>;
export type NearbySource = Static<typeof NearbySource>;
export type Substantiated = Static<typeof Substantiated>;
