import type { PublicComplaint } from '@greenwatch/contracts';
import {
  type ActionHandlers,
  afterKey,
  type Caller,
  conflict,
  DomainError,
  endOfDay,
  invalid,
  isDuplicateKey,
  isoTime,
  isoTimeOrNone,
  type Kit,
  newId,
  pageOf,
  toCgcs2000,
} from '@greenwatch/kit';
import { limitsOnArrival } from './clocks';
import { type ComplaintDoc, openReview } from './complaint.model';
import { ComplaintEdit, type ComplaintModels, editComplaint } from './complaint-edit';
import { nextState } from './complaint-state';
import type { Divisions } from './divisions';
import { withoutIdentity } from './identity-removal';
import { levelOf } from './level';
import { indexOf, type PhoneCodes } from './phone-codes';
import type { RegistryCopies } from './registry-copies.model';
import { hashOf, newNumber, sameHash, secretFor, typed } from './secret-code';
import { type ComplaintsConfig, limitDays } from './settings';
import type { Limit, Throttle } from './throttle';
import type { Uploads } from './uploads';

const MINUTE = 60_000;
const HOUR_S = 3_600;
const DAY_S = 24 * HOUR_S;
/** Clocks of telephones are off by a little. */
const CLOCK_OFF_MS = 5 * MINUTE;
/** The county of the nearest enterprise is taken for that of the place up to here; beyond, the province decides. */
const DIVISION_METRES = 20_000;
/** Verbs of the history that its reporter reads; others are the authority's own affairs. */
const TOLD_IN_PUBLIC = new Set([
  ...['received', 'accepted', 'refused', 'merged', 'forwarded', 'clue-made', 'extended', 'answered', 'closed'],
  ...['rated', 'review-asked', 'review-answered'],
]);

interface Parts {
  models: ComplaintModels;
  uploads: Uploads;
  codes: PhoneCodes;
  throttle: Throttle;
  divisions: Divisions;
  copies: RegistryCopies;
}

/** What anybody may do without an account. Nobody is shown a complaint without its secret code. */
export function publicActions(kit: Kit<ComplaintsConfig>, parts: Parts) {
  const { models, uploads, codes, throttle, divisions, copies } = parts;
  const { complaints, reporters } = models;
  const { config } = kit;
  const days = limitDays(config);
  const clientKeyOf = (clientId: string) => kit.fields.blindIndex(`complaint-client:${clientId}`);
  /** Complaints of one address; the gateway makes the caller's id of it. */
  const limited = (caller: Caller, what: string, words: string, limits: readonly Limit[]) =>
    throttle.count(`${what}:${caller.id}`, `${words} from one address`, limits);

  /** Codes from the province down to where a complaint belongs, inside what the caller's page is for. */
  async function pathOf(code: string | undefined, point: { lon: number; lat: number }, caller: Caller) {
    if (code !== undefined) {
      const division = await divisions.find(code);
      if (!division?.path.includes(caller.division)) {
        throw invalid('division', `must be the code of a division of ${caller.division}`);
      }
      return division.path;
    }
    const near = await copies.divisionNear(point, DIVISION_METRES);
    if (near?.includes(caller.division)) return near;
    return (await divisions.find(caller.division))?.path ?? [caller.division];
  }

  const shown = (doc: ComplaintDoc, clientId: string) => ({
    number: doc.number,
    secret: secretFor(kit.fields, clientId),
    receivedAt: isoTime(doc.receivedAt),
    acceptBy: isoTime(doc.acceptBy),
  });

  const looks: Limit[] = [{ count: config.COMPLAINTS_TRIES_PER_ADDRESS, seconds: 15 * 60 }];
  const looksAtOne: Limit[] = [{ count: config.COMPLAINTS_TRIES_PER_NUMBER, seconds: 15 * 60 }];

  /** The complaint of a number and its secret; a wrong one of either is the same error after the same work. */
  async function bySecret(caller: Caller, given: string, secret: string): Promise<ComplaintDoc> {
    const number = given.trim().toUpperCase();
    const names = [`track:${caller.id}`, `track:${caller.id}:${number}`] as const;
    await Promise.all([
      throttle.count(names[0], 'wrong secret codes from one address', looks),
      throttle.count(names[1], 'wrong secret codes for one complaint', looksAtOne),
    ]);
    const doc = await complaints.findOne({ number }).lean<ComplaintDoc>();
    const hash = hashOf(kit.fields, number, typed(secret));
    const same = sameHash(doc?.secretHash ?? hashOf(kit.fields, '', ''), hash);
    if (!doc || !same) {
      throw new DomainError('NOT_FOUND', 'There is no complaint with this number and secret code.', 404);
    }
    await Promise.all([throttle.giveBack(names[0], looks), throttle.giveBack(names[1], looksAtOne)]);
    return doc;
  }

  async function forReporter(doc: ComplaintDoc): Promise<PublicComplaint> {
    // A merged complaint goes the way of the one it was merged into.
    const main = doc.mergedInto ? await complaints.findById(doc.mergedInto).lean<ComplaintDoc>() : null;
    const leading = main ?? doc;
    const [code = ''] = doc.divisionPath.slice(-1);
    const review = leading.reviews.at(-1);
    const mayAsk = reviewUntil(doc);
    return {
      number: doc.number,
      category: doc.category,
      state: doc.state === 'merged' && openReview(leading) ? 'investigating' : doc.state,
      division: code,
      divisionName: (await divisions.find(code))?.name,
      place: doc.place,
      text: doc.text,
      photos: doc.photos.length,
      anonymous: doc.anonymous,
      receivedAt: isoTime(doc.receivedAt),
      acceptBy: isoTime(doc.acceptBy),
      acceptedAt: isoTimeOrNone(leading.acceptedAt),
      answerBy: isoTimeOrNone(leading.answerBy),
      extended: leading.extendedAt !== undefined,
      refusal: doc.refusal && { ...doc.refusal, at: isoTime(doc.refusal.at) },
      answer: doc.answer && { at: isoTime(doc.answer.at), text: doc.answer.text },
      feedback: doc.feedback && { ...doc.feedback, at: isoTime(doc.feedback.at) },
      review: review && {
        askedAt: isoTime(review.askedAt),
        answerBy: isoTime(review.dueAt),
        answeredAt: isoTimeOrNone(review.answeredAt),
      },
      mayRate: (doc.state === 'answered' || doc.state === 'closed') && !doc.feedback,
      mayAskReviewUntil: mayAsk && mayAsk > kit.now() ? isoTime(mayAsk) : undefined,
      progress: doc.history
        .filter(({ verb }) => TOLD_IN_PUBLIC.has(verb))
        .map(({ at, verb }) => ({ at: isoTime(at), verb })),
    };
  }

  /** Until when its reporter may ask for a review (epoch ms); undefined: not, or not any more. */
  const reviewUntil = (doc: ComplaintDoc) =>
    doc.answer && !doc.reviewAskedAt && (doc.state === 'answered' || doc.state === 'closed')
      ? endOfDay(doc.answer.at, days.review)
      : undefined;

  return {
    'complaints.public.uploadPhoto': async ({ clientId, filename }, { caller, stream }) => {
      if (!stream) throw invalid('photo', 'must be sent as a stream');
      await limited(caller, 'photo', 'photos', [{ count: config.COMPLAINTS_PHOTOS_PER_ADDRESS_HOUR, seconds: HOUR_S }]);
      return uploads.add(clientKeyOf(clientId), stream, filename);
    },

    'complaints.public.requestCode': async ({ phone }, { caller }) => {
      await limited(caller, 'code', 'codes', [{ count: config.COMPLAINTS_CODES_PER_ADDRESS_HOUR, seconds: HOUR_S }]);
      await throttle.count(`phone:${indexOf(kit, phone)}`, 'codes to one phone', [
        { count: 1, seconds: 60 },
        { count: config.COMPLAINTS_CODES_PER_PHONE_DAY, seconds: DAY_S },
      ]);
      const validUntil = await codes.send(phone);
      return { validUntil: isoTime(validUntil), again: isoTime(kit.now() + MINUTE) };
    },

    'complaints.public.submit': async (params, { caller }) => {
      const { clientId, reporter, photos: photoIds = [] } = params;
      const clientKey = clientKeyOf(clientId);
      const { code: _, ...said } = reporter ?? { code: '' };
      const contentHash = kit.fields.blindIndex(JSON.stringify({ ...params, reporter: reporter && said }));
      const before = async () => {
        const doc = await complaints.findOne({ clientKey }).lean<ComplaintDoc>();
        if (doc && doc.contentHash !== contentHash) {
          throw conflict('CLIENT_ID_USED', 'A complaint with other contents was sent with this clientId.');
        }
        return doc && shown(doc, clientId);
      };
      const repeated = await before();
      if (repeated) return repeated;

      await limited(caller, 'submit', 'complaints', [
        { count: config.COMPLAINTS_PER_ADDRESS_HOUR, seconds: HOUR_S },
        { count: config.COMPLAINTS_PER_ADDRESS_DAY, seconds: DAY_S },
      ]);
      const now = kit.now();
      const happenedAt = params.happenedAt && Date.parse(params.happenedAt);
      if (happenedAt && happenedAt > now + CLOCK_OFF_MS) throw invalid('happenedAt', 'must not lie in the future');
      const point = toCgcs2000(params);
      const divisionPath = await pathOf(params.division, point, caller);
      const photos = await uploads.find(clientKey, photoIds);
      if (reporter) await codes.check(reporter.phone, reporter.code);

      const known = [reporter?.name, reporter?.address, reporter?.phone];
      const cleaned = (text: string | undefined) => withoutIdentity(text ?? '', known).trim();
      const optional = <K extends string>(key: K, value: string | undefined) =>
        (value?.trim() ? { [key]: cleaned(value) } : {}) as { [key in K]?: string };
      const emergency = params.emergency === true;
      const phoneIndex = reporter && indexOf(kit, reporter.phone);
      const key = phoneIndex ?? kit.fields.blindIndex(`address:${caller.id}`);
      const number = newNumber(now);
      const arrival = limitsOnArrival(now, days);
      const fresh = (): ComplaintDoc => ({
        _id: newId(),
        sequence: 0,
        number,
        secretHash: hashOf(kit.fields, number, secretFor(kit.fields, clientId)),
        clientKey,
        contentHash,
        category: params.category,
        state: 'received',
        level: levelOf(emergency, [{ reporter: key, at: now }]),
        emergency,
        location: { type: 'Point', coordinates: [point.lon, point.lat] },
        place: cleaned(params.place),
        text: cleaned(params.text),
        ...optional('targetName', params.targetName),
        ...optional('wish', params.wish),
        ...(happenedAt && { happenedAt }),
        anonymous: !reporter,
        receivedAt: now,
        ...arrival,
        ...(emergency && { acceptBy: now + config.COMPLAINTS_EMERGENCY_ACCEPT_MINUTES * MINUTE }),
        dueAt: arrival.acceptBy,
        overdue: [],
        reporters: 1,
        photos,
        tasks: [],
        substantiated: 'unknown',
        reviews: [],
        history: [],
        divisionPath,
      });
      try {
        return await kit.transaction(async (session) => {
          const edit = new ComplaintEdit(kit, models, fresh(), false);
          const encrypted = <K extends string>(field: K, value: string | undefined) =>
            (value?.trim() ? { [field]: kit.fields.encrypt(value.trim()) } : {}) as { [key in K]?: string };
          await reporters.create(
            [
              {
                _id: edit.doc._id,
                ...encrypted('name', reporter?.name),
                ...encrypted('phone', reporter?.phone),
                ...encrypted('address', reporter?.address),
                text: kit.fields.encrypt(
                  [params.text, params.place, params.targetName, params.wish].filter(Boolean).join('\n'),
                ),
                ...(phoneIndex && { phoneIndex }),
                key,
                receivedAt: now,
              },
            ],
            { session },
          );
          if (photoIds.length > 0) await uploads.claim(photoIds, session);
          if (reporter) await codes.use(reporter.phone, session);
          edit.tell('received');
          edit.sms('complaint-received');
          await edit.save(session);
          return shown(edit.doc, clientId);
        });
      } catch (error) {
        // The same request, sent twice at once: the other one was first.
        const first = isDuplicateKey(error) ? await before() : undefined;
        if (!first) throw error;
        return first;
      }
    },

    'complaints.public.track': async ({ number, secret }, { caller }) =>
      forReporter(await bySecret(caller, number, secret)),

    'complaints.public.rate': async ({ number, secret, satisfaction, solved, comment }, { caller }) => {
      const { _id } = await bySecret(caller, number, secret);
      const doc = await kit.transaction(async (session) => {
        const edit = await editComplaint(kit, models, _id, session);
        nextState(edit.doc.state, 'rate');
        if (edit.doc.feedback) throw conflict('ALREADY_RATED', 'You have rated the answer already.');
        const words = withoutIdentity(comment?.trim() ?? '');
        edit.doc.feedback = { at: edit.now, satisfaction, solved, ...(words && { comment: words }) };
        edit.tell('rated', { remark: `${satisfaction}/5` });
        await edit.save(session);
        return edit.doc;
      });
      return forReporter(doc);
    },

    'complaints.public.askReview': async ({ number, secret, reason }, { caller }) => {
      const { _id } = await bySecret(caller, number, secret);
      const doc = await kit.transaction(async (session) => {
        const own = await editComplaint(kit, models, _id, session);
        if (own.doc.reviewAskedAt) throw conflict('ALREADY_ASKED', 'A review can be asked for once.');
        nextState(own.doc.state, 'ask-review');
        const until = reviewUntil(own.doc);
        if (until === undefined || until < own.now) {
          throw conflict('TOO_LATE', `A review can be asked for within ${days.review} days of the answer.`);
        }
        const main = own.doc.mergedInto ? await editComplaint(kit, models, own.doc.mergedInto, session) : own;
        const said = { at: own.now, number: own.doc.number, text: withoutIdentity(reason.trim()) };
        const open = openReview(main.doc);
        own.doc.reviewAskedAt = own.now;
        if (open) open.reasons.push(said);
        else {
          main.doc.state = nextState(main.doc.state, 'ask-review');
          main.doc.reviews.push({ askedAt: own.now, dueAt: endOfDay(own.now, days.review), reasons: [said] });
        }
        main.tell('review-asked', { remark: said.text });
        if (own !== main) {
          own.tell('review-asked');
          await own.save(session);
        }
        await main.save(session);
        return own.doc;
      });
      return forReporter(doc);
    },

    'complaints.public.list': async ({ division, category, after, limit = 20 }, { caller }) => {
      const key = afterKey(after, 2);
      const closedAt = Number(key?.[0]);
      const filter: Record<string, unknown>[] = [
        { state: 'closed', mergedInto: null, divisionPath: caller.division },
        ...(division ? [{ divisionPath: division }] : []),
        ...(category ? [{ category }] : []),
        ...(key ? [{ $or: [{ closedAt: { $lt: closedAt } }, { closedAt, _id: { $lt: key[1] } }] }] : []),
      ];
      const docs = await complaints
        .find({ $and: filter })
        .sort({ closedAt: -1, _id: -1 })
        .limit(limit + 1)
        .lean<ComplaintDoc[]>();
      const names = await divisions.all();
      const page = pageOf(docs, limit, (doc) => [String(doc.closedAt), doc._id]);
      return {
        ...page,
        items: page.items.map((doc) => {
          const code = doc.divisionPath.at(-1) ?? caller.division;
          return {
            category: doc.category,
            division: code,
            divisionName: names.get(code)?.name,
            receivedAt: isoTime(doc.receivedAt),
            closedAt: isoTime(doc.closedAt ?? doc.receivedAt),
            substantiated: doc.substantiated,
            summary: doc.summary ?? '',
            satisfaction: doc.feedback?.satisfaction,
            reporters: doc.reporters,
          };
        }),
      };
    },

    'complaints.public.divisions': async (_, { caller }) => ({
      items: [...(await divisions.all()).values()]
        .filter(({ level, path }) => level === 'county' && path.includes(caller.division))
        .map(({ _id, name, nameEn }) => ({ code: _id, name, nameEn })),
    }),
  } satisfies ActionHandlers;
}
