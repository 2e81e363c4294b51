import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import {
  type Actions,
  complaintsFacts,
  fact,
  type Params,
  type Role,
  registryFacts,
  taskingFacts,
} from '@greenwatch/contracts';
import {
  auditChain,
  type Caller,
  type Client,
  connectClient,
  connectMongo,
  defineService,
  loadFieldCipher,
  type RunningService,
  runService,
} from '@greenwatch/kit';
import {
  asIssuer,
  factsHandled,
  serviceEnvironment,
  type TestServers,
  tellFact,
  testKeys,
  testServers,
  until,
} from '@greenwatch/testkit';
import { Type } from '@sinclair/typebox';
import { type Db, MongoClient } from 'mongodb';
import sharp from 'sharp';
import { complaintsService } from '../src/complaints.service';

let servers: TestServers;
const services: RunningService[] = [];
let gateway: Client;
let mongo: MongoClient;
let db: Db;

/** A message of which only some fields matter. */
const filled = <T extends object>(codec: { decode(bytes: Uint8Array): T }, part: Partial<T>): T => ({
  ...codec.decode(new Uint8Array()),
  ...part,
});
const TONGXIANG = ['330000', '330400', '330483'];
const JIAOJIANG = ['330000', '331000', '331002'];
const PLACE = { lon: 120.5513, lat: 30.6302, datum: 'CGCS2000' as const };

/** The registry as complaints asks it: where complaints can be sent. */
const registryPeer = defineService({
  name: 'registry',
  config: Type.Object({}),
  create: () => ({
    actions: {
      'registry.division.list': async () =>
        [
          ['330000', '浙江省', 'province', ['330000']] as const,
          ['330400', '嘉兴市', 'city', ['330000', '330400']] as const,
          ['330483', '桐乡市', 'county', TONGXIANG] as const,
          ['331002', '椒江区', 'county', JIAOJIANG] as const,
        ].map(([code, name, level, path]) => ({ code, name, level, path: [...path] })),
    },
  }),
});

beforeAll(async () => {
  servers = await testServers();
  mongo = await new MongoClient(servers.mongoUri).connect();
  db = mongo.db(`${servers.database}_complaints`);
  services.push(await runService(registryPeer, serviceEnvironment(servers, 'registry')));
  services.push(
    await runService(complaintsService, serviceEnvironment(servers, 'complaints', { COMPLAINTS_SWEEP_SECONDS: '1' })),
  );
  gateway = await connectClient({ ...asIssuer(servers, 'gateway'), services: ['complaints'] });
  const enterprise = (id: string, name: string, lat: number, divisionPath: string[]) =>
    tellFact(
      gateway,
      'facts.registry.enterprise.changed',
      registryFacts.EnterpriseChanged,
      id,
      1,
      filled(registryFacts.EnterpriseChanged, { id, name, lon: 120.5513, lat }),
      { divisionPath },
    );
  const outlet = (id: string, enterpriseId: string, medium: string, lat: number) =>
    tellFact(
      gateway,
      'facts.registry.outlet.changed',
      registryFacts.OutletChanged,
      id,
      1,
      filled(registryFacts.OutletChanged, {
        id,
        enterpriseId,
        code: 'DA001',
        name: '排口',
        medium,
        lon: 120.5513,
        lat,
      }),
      { divisionPath: TONGXIANG },
    );
  await enterprise('e1', '桐乡某热电有限公司', 30.6312, TONGXIANG);
  await enterprise('e2', '桐乡某印染有限公司', 30.6322, TONGXIANG);
  await outlet('o-gas', 'e1', 'gas', 30.632);
  await outlet('o-water', 'e2', 'water', 30.6303);
  await factsHandled(gateway, 'complaints');
}, 60_000);
afterAll(async () => {
  await gateway?.close();
  for (const service of services) await service.stop();
  await mongo?.close();
  await servers?.stop();
}, 30_000);

const user = (id: string, roles: Role[], division: string, more: Partial<Caller> = {}): Caller => ({
  kind: 'user',
  id: `account-${id}`,
  name: `name of ${id}`,
  roles,
  division,
  personId: id,
  scopes: [],
  ...more,
});
const handler = user('handler', ['complaint-handler'], '330483');
const supervisor = user('supervisor', ['supervisor'], '330483');
const supervisor2 = user('supervisor-2', ['supervisor'], '330400');
const otherHandler = user('other-handler', ['complaint-handler'], '331002');
const otherSupervisor = user('other-supervisor', ['supervisor'], '331002');
const principal = user('boss', ['principal'], '330483', { enterpriseId: 'e1' });
let addresses = 0;
/** Somebody at an address of his own. */
const somebody = (): Caller => ({
  kind: 'public',
  id: `public:${addresses++}`,
  name: 'public',
  roles: ['public'],
  division: '330000',
  scopes: [],
});
const call = ((action, params, options) => gateway.call(action, params, options)) as Client['call'];
const clientId = () => randomBytes(24).toString('base64url');

type Submit = Params<Actions['complaints.public.submit']>;
const complaint = (more: Partial<Submit> = {}): Submit => ({
  clientId: clientId(),
  category: 'odour',
  ...PLACE,
  place: '振兴东路1188号附近',
  text: `夜里有刺鼻的酸臭味 ${randomBytes(4).toString('hex')}`,
  ...more,
});
async function submit(more: Partial<Submit> = {}, as = somebody()) {
  const made = await call('complaints.public.submit', complaint(more), { as });
  const stored = await db.collection('complaints').findOne({ number: made.number });
  return { ...made, id: String(stored?._id) };
}
/** Facts told, as they stand in the outbox; timers too. */
async function told(subject: RegExp) {
  const rows = await db.collection('outbox').find({ subject }).sort({ _id: 1 }).toArray();
  return rows.map((row) => ({
    subject: row.subject as string,
    publishAt: row.publishAt as number,
    envelope: fact.Envelope.decode(row.envelope.buffer),
  }));
}
const factsOf = async (id: string) =>
  (await told(/^facts\.complaints\.complaint\.(?!due)/))
    .filter(({ envelope }) => envelope.entity === id)
    .map(({ subject, envelope }) => ({
      verb: subject.split('.').at(-1) ?? '',
      sequence: envelope.sequence,
      divisionPath: envelope.divisionPath,
      enterpriseId: envelope.enterpriseId,
      data: complaintsFacts.ComplaintChanged.decode(envelope.data),
    }));
const verbsOf = async (id: string) => (await factsOf(id)).map(({ verb }) => verb);
const cipher = () => loadFieldCipher(testKeys(servers).fieldKeysFile);
const messages = async (phone: string) =>
  (await told(/^facts\.complaints\.sms\.requested$/))
    .map(({ envelope }) => complaintsFacts.SmsRequested.decode(envelope.data))
    .filter(({ phoneEncrypted }) => cipher().decrypt(phoneEncrypted) === phone);
async function codeFor(phone: string, as = somebody()): Promise<string> {
  await call('complaints.public.requestCode', { phone }, { as });
  return (await messages(phone)).at(-1)?.variables.code ?? '';
}
let phones = 0;
const newPhone = () => `138${String(10_000_000 + phones++)}`;
/** A complaint of somebody who can be reached. */
async function named(more: Partial<Submit> = {}) {
  const phone = newPhone();
  const reporter = { phone, code: await codeFor(phone), name: '张小三', address: '和平小区3幢' };
  return { phone, ...(await submit({ ...more, reporter })) };
}
const get = (id: string, as = supervisor) => call('complaints.complaint.get', { id }, { as });
const track = ({ number, secret }: { number: string; secret: string }, as = somebody()) =>
  call('complaints.public.track', { number, secret }, { as });
const upload = (id: string, bytes: Buffer, contentType: 'image/jpeg' | 'image/png' = 'image/jpeg', as = somebody()) =>
  call(
    'complaints.public.uploadPhoto',
    { clientId: id, filename: 'IMG_1.jpg', contentType },
    { as, stream: Readable.from([bytes.subarray(0, 1_000), bytes.subarray(1_000)]) },
  );
const picture = () => sharp({ create: { width: 300, height: 200, channels: 3, background: '#884422' } });
const withGps = () =>
  picture()
    .withExif({ IFD0: { Make: 'SecretPhone' }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '30/1 37/1 48/1' } })
    .jpeg()
    .toBuffer();
const blobs = () => db.collection('blobs.files').countDocuments();

type TaskPart = Partial<taskingFacts.TaskChanged> & { id: string };
const tellTask = (verb: string, sequence: number, complaintId: string, part: TaskPart, id?: string) =>
  tellFact(
    gateway,
    `facts.tasking.task.${verb}`,
    taskingFacts.TaskChanged,
    part.id,
    sequence,
    filled(taskingFacts.TaskChanged, {
      type: 'VERIFY',
      state: 'DISPATCHED',
      clueSource: 'complaint',
      origins: [{ kind: 'complaint', id: complaintId }],
      ...part,
    }),
    { divisionPath: TONGXIANG, ...(id && { id }) },
  );

describe('from the citizen to the answer', () => {
  test('photo, complaint, acceptance, clue, visit, answer, stars', async () => {
    const own = clientId();
    const original = await withGps();
    const photo = await upload(own, original);
    const phone = newPhone();
    const code = await codeFor(phone);
    const made = await submit({
      clientId: own,
      photos: [photo.id],
      text: '热电厂夜里排酸臭气，联系人张小三，电话13912345678',
      targetName: '某热电',
      wish: '请尽快查处',
      reporter: { phone, code, name: '张小三' },
    });
    expect(made.number).toMatch(/^TS\d{8}-\d{8}$/);
    expect(made.secret).toMatch(/^[0-9A-Z]{10}$/);

    const detail = await get(made.id, handler);
    expect(detail).toMatchObject({
      state: 'received',
      level: 'mid',
      division: '330483',
      anonymous: false,
      reporters: 1,
      text: '热电厂夜里排酸臭气，联系人[已隐去]，电话[已隐去]',
    });
    // Named first, though the other outlet is nearer; the gas outlet fits an odour.
    expect(detail.nearby[0]).toMatchObject({ enterpriseId: 'e1', outletId: 'o-gas', named: true, fits: true });
    expect(detail.nearby.find(({ outletId }) => outletId === 'o-water')).toMatchObject({ fits: false, distance: 11 });

    const content = await call('complaints.photo.get', { complaintId: made.id, photoId: photo.id }, { as: handler });
    const { exif, format } = await sharp(await buffer(content as Readable)).metadata();
    expect({ exif, format }).toEqual({ exif: undefined, format: 'jpeg' });
    expect(detail.photos[0]?.size).toBe(original.length);

    await call('complaints.complaint.accept', { id: made.id, enterpriseId: 'e1', outletId: 'o-gas' }, { as: handler });
    await expect(call('complaints.complaint.makeClue', { id: made.id }, { as: handler })).rejects.toMatchObject({
      status: 403,
    });
    await call('complaints.complaint.makeClue', { id: made.id }, { as: supervisor });
    const clue = (await factsOf(made.id)).find(({ verb }) => verb === 'clue-made');
    expect(clue).toMatchObject({
      divisionPath: TONGXIANG,
      enterpriseId: '',
      data: { enterpriseId: 'e1', outletId: 'o-gas', state: 'investigating' },
    });

    await tellTask('created', 1, made.id, { id: 't1' });
    await tellTask('reviewed', 5, made.id, {
      id: 't1',
      state: 'REVIEWED',
      conclusion: 'violation-suspected',
      finding: '现场有明显酸臭味，负责人李先生 13700001111 在场',
      reviewedAt: Date.now(),
    });
    await factsHandled(gateway, 'complaints');
    const drafted = await get(made.id);
    expect(drafted.draft?.text).toContain('现场有明显酸臭味');
    expect(drafted.draft?.text).not.toMatch(/13700001111|李先生/);
    expect(drafted).toMatchObject({ substantiated: 'yes', taskIds: ['t1'] });

    await expect(call('complaints.complaint.answer', { id: made.id }, { as: handler })).rejects.toMatchObject({
      status: 403,
    });
    await call('complaints.complaint.answer', { id: made.id }, { as: supervisor });
    const seen = await track(made);
    expect(seen).toMatchObject({ state: 'answered', mayRate: true, divisionName: '桐乡市' });
    expect(seen.answer?.text).toContain('基本属实');
    expect(JSON.stringify(seen)).not.toMatch(/supervisor|handler|某热电有限公司|t1/);

    const rated = await call(
      'complaints.public.rate',
      { number: made.number, secret: made.secret.toLowerCase(), satisfaction: 5, solved: true },
      { as: somebody() },
    );
    expect(rated).toMatchObject({ mayRate: false, feedback: { satisfaction: 5, solved: true } });
    await expect(
      call(
        'complaints.public.rate',
        { number: made.number, secret: made.secret, satisfaction: 1, solved: false },
        { as: somebody() },
      ),
    ).rejects.toMatchObject({ status: 409, reason: 'ALREADY_RATED' });
    await call(
      'complaints.complaint.close',
      { id: made.id, summary: '已查处，联系人王五 13800002222' },
      { as: handler },
    );
    const { items } = await call('complaints.public.list', { division: '330483' }, { as: somebody() });
    expect(items[0]).toMatchObject({
      category: 'odour',
      substantiated: 'yes',
      satisfaction: 5,
      summary: '已查处，联系人[已隐去]',
    });
    expect(JSON.stringify(items)).not.toContain(made.number);

    expect(await verbsOf(made.id)).toEqual([
      ...['received', 'accepted', 'clue-made', 'tasked', 'drafted', 'answered', 'rated', 'closed'],
    ]);
    expect((await factsOf(made.id)).map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect((await messages(phone)).map(({ template }) => template)).toEqual([
      ...['verification-code', 'complaint-received', 'complaint-progress', 'complaint-answered'],
    ]);
    // Nothing that was told names the reporter.
    const all = (await told(/^facts\.complaints\./))
      .map(({ envelope }) => Buffer.from(envelope.data).toString('latin1'))
      .join();
    for (const word of ['张小三', '13912345678', phone])
      expect(all).not.toContain(Buffer.from(word).toString('latin1'));
    expect(JSON.stringify(await db.collection('complaints').findOne({ number: made.number }))).not.toMatch(
      /张小三|13912345678/,
    );
    const reporter = await db.collection('reporters').findOne({ _id: made.id as never });
    expect(JSON.stringify(reporter)).not.toMatch(/张小三|13912345678/);
    expect(JSON.stringify(reporter)).not.toContain(phone);
  }, 30_000);

  test('tasks told twice and out of order end in the same draft and state', async () => {
    const parts: [verb: string, sequence: number, part: TaskPart][] = [
      ['created', 1, { id: 'A' }],
      ['finding-recorded', 4, { id: 'A', conclusion: 'other', finding: '先看到的' }],
      ['reviewed', 6, { id: 'A', conclusion: 'normal', finding: '未见异常', reviewedAt: 6_000 }],
      ['created', 1, { id: 'B' }],
      ['reviewed', 4, { id: 'B', conclusion: 'violation-suspected', finding: '第二次有异味', reviewedAt: 9_000 }],
    ];
    const orders = [
      [0, 1, 2, 3, 4],
      [4, 2, 1, 0, 3],
      [2, 2, 0, 4, 1, 4, 3, 0],
    ];
    const ends = [];
    for (const [n, order] of orders.entries()) {
      const { id } = await submit({ category: 'noise', lon: 120.9, lat: 30.9, division: '330483' });
      await call('complaints.complaint.accept', { id }, { as: supervisor });
      await call('complaints.complaint.makeClue', { id }, { as: supervisor });
      const ids: string[] = [];
      for (const i of order) {
        const [verb, sequence, part] = parts[i] as (typeof parts)[number];
        const task = { ...part, id: `${n}${part.id}` };
        ids[i] = await tellTask(verb, sequence, id, task, ids[i]);
      }
      await factsHandled(gateway, 'complaints');
      const { draft, substantiated, taskIds, state, number } = await get(id);
      ends.push({
        state,
        substantiated,
        tasks: taskIds.map((task) => task.slice(1)),
        draft: draft?.text.replace(number, ''),
      });
    }
    expect(ends[0]).toMatchObject({ state: 'investigating', substantiated: 'yes', tasks: ['A', 'B'] });
    expect(ends[0]?.draft).toMatch(/未见异常\n第二次有异味/);
    expect(ends[1]).toEqual(ends[0]);
    expect(ends[2]).toEqual(ends[0]);
  }, 30_000);

  test('what a person wrote as the draft is not overwritten by a later finding', async () => {
    const { id } = await submit({ category: 'noise' });
    await call('complaints.complaint.accept', { id }, { as: supervisor });
    await call('complaints.complaint.draft', { id, text: '人工答复', substantiated: 'no' }, { as: handler });
    await tellTask('reviewed', 3, id, { id: 'late', conclusion: 'violation-suspected', finding: 'x', reviewedAt: 1 });
    await factsHandled(gateway, 'complaints');
    expect(await get(id)).toMatchObject({ draft: { text: '人工答复' }, substantiated: 'no', taskIds: ['late'] });
  });

  test('registry facts twice and late: the newest by sequence stands', async () => {
    const tell = (sequence: number, name: string) =>
      tellFact(
        gateway,
        'facts.registry.enterprise.changed',
        registryFacts.EnterpriseChanged,
        'e9',
        sequence,
        filled(registryFacts.EnterpriseChanged, { id: 'e9', name, lon: 121.9, lat: 29.9 }),
        { divisionPath: JIAOJIANG },
      );
    const outlet = (sequence: number, name: string) =>
      tellFact(
        gateway,
        'facts.registry.outlet.changed',
        registryFacts.OutletChanged,
        'o9',
        sequence,
        filled(registryFacts.OutletChanged, { id: 'o9', enterpriseId: 'e9', name, medium: 'gas', lon: 999 }),
      );
    for (const [sequence, name] of [
      [3, '新'],
      [1, '旧'],
      [2, '中'],
      [3, '新'],
    ] as const) {
      await tell(sequence, name);
      await outlet(sequence, name);
    }
    await factsHandled(gateway, 'complaints');
    expect(await db.collection('enterprises').findOne({ _id: 'e9' as never })).toMatchObject({
      sequence: 3,
      name: '新',
    });
    // A position that is not on Earth is none.
    const stored = await db.collection('outlets').findOne({ _id: 'o9' as never });
    expect(stored).toMatchObject({ sequence: 3, name: '新' });
    expect(stored).not.toHaveProperty('location');
  });
});

describe('what comes in is judged before anything is kept', () => {
  test('the same request again, also at once, makes one complaint and gets the same answer', async () => {
    const params = complaint();
    const as = somebody();
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => call('complaints.public.submit', params, { as })),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await call('complaints.public.submit', params, { as: somebody() })).toEqual(answers[0]);
    expect(await db.collection('complaints').countDocuments({ number: answers[0]?.number })).toBe(1);
    await expect(
      call('complaints.public.submit', { ...params, text: '另一件事' }, { as: somebody() }),
    ).rejects.toMatchObject({ status: 409, reason: 'CLIENT_ID_USED' });
    // Of the secret only a hash is kept.
    expect(JSON.stringify(await db.collection('complaints').findOne({ number: answers[0]?.number }))).not.toContain(
      answers[0]?.secret,
    );
  });

  test.each<[string, string, Partial<Submit>]>([
    ['a division that is none of the province', 'division', { division: '110105' }],
    ['a time in the future', 'happenedAt', { happenedAt: new Date(Date.now() + 3_600_000).toISOString() }],
    ['a photo that nobody sent', 'photos.0', { photos: ['nothing'] }],
    ['no text', 'text', { text: '   ' }],
    ['a longitude beyond the Earth', 'lon', { lon: 200 }],
    ['a code that nobody asked for', 'reporter.code', { reporter: { phone: '13899999999', code: '123456' } }],
    ['no mobile number', 'reporter.phone', { reporter: { phone: '057388012345', code: '123456' } }],
  ])('%s is refused, naming %s', async (_, field, more) => {
    const before = await db.collection('complaints').countDocuments();
    await expect(call('complaints.public.submit', complaint(more), { as: somebody() })).rejects.toMatchObject({
      status: 422,
      detail: { errors: [expect.objectContaining({ field })] },
    });
    expect(await db.collection('complaints').countDocuments()).toBe(before);
  });

  test('GCJ-02 of a telephone becomes CGCS2000 (domain.md 8.4); the county is that of the nearest enterprise', async () => {
    const { id } = await submit({ lon: 120.555485, lat: 30.627705, datum: 'GCJ02' });
    expect(await get(id)).toMatchObject({ lon: 120.5513, lat: 30.6302, division: '330483' });
  });

  test('what is no photo is refused and leaves nothing; more than twice six, too', async () => {
    const before = await blobs();
    const own = clientId();
    const refused = { status: 422, detail: { errors: [expect.objectContaining({ field: 'photo' })] } };
    await expect(upload(own, Buffer.from('<html>no photo</html>'.repeat(200)))).rejects.toMatchObject(refused);
    await expect(upload(own, (await withGps()).subarray(0, 900))).rejects.toMatchObject(refused);
    await expect(upload(own, Buffer.alloc(10 * 1024 * 1024 + 1))).rejects.toMatchObject({ status: 413 });
    expect(await blobs()).toBe(before);
    expect(await db.collection('uploads').countDocuments({})).toBe(0);
    for (let i = 0; i < 12; i++) await upload(own, await picture().png().toBuffer(), 'image/png');
    await expect(upload(own, await withGps())).rejects.toMatchObject({ status: 409, reason: 'TOO_MANY_PHOTOS' });
    expect(await blobs()).toBe(before + 24);
  });

  test('photos belong to the client that sent them; those of a complaint that never comes are swept', async () => {
    const own = clientId();
    const photo = await upload(own, await withGps());
    await expect(submit({ photos: [photo.id] })).rejects.toMatchObject({ status: 422 });
    const before = await blobs();
    await db.collection('uploads').updateOne({ _id: photo.id as never }, { $set: { expiresAt: Date.now() - 1 } });
    await expect(submit({ clientId: own, photos: [photo.id] })).rejects.toMatchObject({ status: 422 });
    await until(async () => (await blobs()) === before - 2);
  });

  test('a code is good for one complaint, has five tries, and one a minute is sent to a phone', async () => {
    const phone = newPhone();
    const code = await codeFor(phone);
    expect(code).toMatch(/^\d{6}$/);
    await expect(call('complaints.public.requestCode', { phone }, { as: somebody() })).rejects.toMatchObject({
      status: 429,
    });
    const wrong = code === '000000' ? '000001' : '000000';
    await expect(submit({ reporter: { phone, code: wrong } })).rejects.toMatchObject({ status: 422 });
    await submit({ reporter: { phone, code } });
    await expect(submit({ reporter: { phone, code } })).rejects.toMatchObject({ status: 422 });

    const guessed = newPhone();
    const right = await codeFor(guessed);
    for (let i = 0; i < 5; i++) {
      const guess = String((Number(right) + i + 1) % 1e6).padStart(6, '0');
      await expect(submit({ reporter: { phone: guessed, code: guess } })).rejects.toMatchObject({ status: 422 });
    }
    await expect(submit({ reporter: { phone: guessed, code: right } })).rejects.toMatchObject({
      message: expect.stringContaining('tried too often'),
    });
    expect(JSON.stringify(await db.collection('phone_codes').find().toArray())).not.toContain(right);
  });

  test('a thousand complaints from one address: ten are taken, the others hear 429, nothing is half stored', async () => {
    const as = somebody();
    const count = async () =>
      Promise.all(['complaints', 'reporters', 'outbox'].map((name) => db.collection(name).countDocuments()));
    const before = await count();
    const answers: string[] = [];
    // In waves: all at once would time the machine's load and not the limit.
    while (answers.length < 1_000) {
      const wave = Array.from({ length: 50 }, () =>
        call('complaints.public.submit', complaint({ place: '1000' }), { as }).then(
          () => 'taken',
          (error) => `${error.status} ${error.reason}`,
        ),
      );
      answers.push(...(await Promise.all(wave)));
    }
    const tally = (what: string) => answers.filter((answer) => answer === what).length;
    expect([tally('taken'), tally('429 TOO_MANY_REQUESTS')]).toEqual([10, 990]);
    const after = await count();
    // A complaint with its reporter, its fact and its timer, each ten times.
    expect(after.map((n, i) => n - (before[i] ?? 0))).toEqual([10, 10, 20]);
    await expect(submit({}, as)).rejects.toMatchObject({
      message: expect.stringMatching(/At most 10 complaints from one address in 60 min/),
    });
    // Somebody else is not kept from it.
    await submit();
  }, 30_000);

  test('a wrong secret: the same 404 as for a number that is none, and after ten tries 429', async () => {
    const made = await submit();
    const as = somebody();
    const errors = [];
    for (let i = 0; i < 10; i++) errors.push(await track({ ...made, secret: `WRONG${i}` }, as).catch((error) => error));
    expect(errors.every(({ status }) => status === 404)).toBe(true);
    const none = await track({ number: 'TS20260101-00000000', secret: made.secret }).catch((error) => error);
    expect(none.message).toBe(errors[0].message);
    // Even with the right one, from this address; the reporter's own address is free.
    await expect(track(made, as)).rejects.toMatchObject({ status: 429, detail: { retryAfter: expect.any(Number) } });
    const home = somebody();
    for (let i = 0; i < 15; i++) expect((await track(made, home)).number).toBe(made.number);
  });
});

describe('domain.md 6: merge, refuse, forward, extend, review', () => {
  const text = '印染厂排放黑色污水到河里，河水发黑发臭，有死鱼漂浮';

  test('likely duplicates are shown, merged, raise the level with the third reporter, and everybody is answered', async () => {
    const main = await named({ category: 'water', text });
    const second = await named({ category: 'water', text: `${text}！` });
    const third = await submit({ category: 'water', text: '印染厂排放黑色污水到河里，河水发黑发臭，漂着死鱼' });
    const elsewhere = await submit({ category: 'water', text, lat: 30.7, division: '330483' });
    const { duplicates } = await get(main.id);
    expect(duplicates.map(({ id }) => id).sort()).toEqual([second.id, third.id].sort());
    expect(duplicates.some(({ id }) => id === elsewhere.id)).toBe(false);

    await call('complaints.complaint.merge', { id: third.id, into: second.id }, { as: handler });
    await call('complaints.complaint.merge', { id: second.id, into: main.id }, { as: handler });
    const merged = await get(main.id);
    expect(merged).toMatchObject({ reporters: 3, level: 'high', duplicates: [] });
    expect(merged.merged.map(({ id }) => id).sort()).toEqual([second.id, third.id].sort());
    expect((await factsOf(main.id)).at(-1)).toMatchObject({ verb: 'joined', data: { level: 'high' } });
    await expect(
      call('complaints.complaint.merge', { id: main.id, into: second.id }, { as: handler }),
    ).rejects.toMatchObject({ status: 409 });

    await call('complaints.complaint.accept', { id: main.id }, { as: handler });
    expect(await track(third)).toMatchObject({ state: 'merged', acceptedAt: expect.any(String) });
    await call(
      'complaints.complaint.answer',
      { id: main.id, text: '已责令整改', substantiated: 'yes' },
      { as: supervisor },
    );
    for (const reporter of [main, second, third]) {
      expect(await track(reporter)).toMatchObject({ state: 'answered', answer: { text: '已责令整改' }, mayRate: true });
    }
    expect((await messages(second.phone)).map(({ template }) => template)).toEqual([
      ...['verification-code', 'complaint-received', 'complaint-progress', 'complaint-progress', 'complaint-answered'],
    ]);

    // One review, by another person; who was merged asks on the same matter.
    const ask = { number: third.number, secret: third.secret, reason: '还是很臭，电话13611112222' };
    expect(await call('complaints.public.askReview', ask, { as: somebody() })).toMatchObject({
      review: expect.anything(),
    });
    await expect(call('complaints.public.askReview', ask, { as: somebody() })).rejects.toMatchObject({
      reason: 'ALREADY_ASKED',
    });
    const asked = await get(main.id);
    expect(asked).toMatchObject({
      state: 'investigating',
      reviews: [{ reasons: [{ text: '还是很臭，电话[已隐去]' }] }],
    });
    const review = { id: main.id, text: '复查：已停产整治' };
    await expect(call('complaints.complaint.answerReview', review, { as: supervisor })).rejects.toMatchObject({
      status: 403,
    });
    await expect(call('complaints.complaint.answer', review, { as: supervisor2 })).rejects.toMatchObject({
      reason: 'REVIEW_OPEN',
    });
    await call('complaints.complaint.answerReview', review, { as: supervisor2 });
    expect(await track(third)).toMatchObject({
      answer: { text: '复查：已停产整治' },
      review: { answeredAt: expect.any(String) },
    });
    await call('complaints.complaint.close', { id: main.id }, { as: handler });
    expect(await track(second)).toMatchObject({ state: 'closed' });
    const closed = (await factsOf(second.id)).at(-1);
    expect(closed).toMatchObject({ verb: 'closed', data: { mergedInto: main.id, substantiated: 'yes' } });
  }, 30_000);

  test('refused: why and where to turn; the same matter names the complaint accepted already', async () => {
    const first = await submit();
    const again = await submit();
    const refuse = (params: object) =>
      call(
        'complaints.complaint.refuse',
        { id: again.id, text: '同一事项', reason: 'same-matter', ...params } as never,
        { as: handler },
      );
    await expect(refuse({ reason: 'other-agency' })).rejects.toMatchObject({
      detail: { errors: [{ field: 'turnTo' }] },
    });
    await expect(refuse({ sameAs: first.id })).rejects.toMatchObject({ detail: { errors: [{ field: 'sameAs' }] } });
    await call('complaints.complaint.accept', { id: first.id }, { as: handler });
    await refuse({ sameAs: first.id });
    expect(await track(again)).toMatchObject({
      state: 'refused',
      refusal: { reason: 'same-matter', sameAs: first.number },
    });
    await expect(call('complaints.complaint.accept', { id: again.id }, { as: handler })).rejects.toMatchObject({
      reason: 'WRONG_STATE',
    });
  });

  test('handed on to the other county: it sees it, the first one does not any more; late only by a supervisor', async () => {
    const { id } = await submit();
    await expect(get(id, otherHandler)).rejects.toMatchObject({ status: 404 });
    await call('complaints.complaint.forward', { id, division: '331002', reason: '属地管辖' }, { as: handler });
    expect(await get(id, otherHandler)).toMatchObject({ division: '331002', state: 'received' });
    await expect(get(id, handler)).rejects.toMatchObject({ status: 404 });
    expect((await factsOf(id)).at(-1)).toMatchObject({ verb: 'forwarded', divisionPath: JIAOJIANG });
    await db.collection('complaints').updateOne({ _id: id as never }, { $set: { forwardBy: 1 } });
    const back = { id, division: '330483', reason: '不属本区' };
    await expect(call('complaints.complaint.forward', back, { as: otherHandler })).rejects.toMatchObject({
      status: 403,
    });
    await call('complaints.complaint.forward', back, { as: otherSupervisor });
  });

  test('extended once by 30 d with notice', async () => {
    const made = await named();
    const { answerBy } = await call('complaints.complaint.accept', { id: made.id }, { as: handler });
    const after = await call('complaints.complaint.extend', { id: made.id, reason: '需检测' }, { as: supervisor });
    expect(Date.parse(after.answerBy ?? '') - Date.parse(answerBy ?? '')).toBe(30 * 86_400_000);
    expect((await messages(made.phone)).at(-1)?.variables.progress).toBe('办理期限已延长');
    await expect(
      call('complaints.complaint.extend', { id: made.id, reason: '再来' }, { as: supervisor }),
    ).rejects.toMatchObject({ reason: 'ALREADY_EXTENDED' });
  });

  test('an emergency is urgent at once and to be accepted within the hour', async () => {
    const { id } = await submit({ emergency: true });
    const detail = await get(id);
    expect(detail.level).toBe('urgent');
    expect(Date.parse(detail.acceptBy) - Date.parse(detail.receivedAt)).toBe(3_600_000);
    const { items } = await call(
      'complaints.complaint.list',
      { order: 'due', open: true, limit: 1 },
      { as: supervisor },
    );
    expect(items[0]?.id).toBe(id);
  });

  test('clocks: a reminder at 80 %, then overdue, told once each; what was done stops them', async () => {
    const { id } = await submit();
    const due = async () => {
      const { matchedCount } = await db
        .collection('outbox')
        .updateMany({ cancelKey: `complaint:${id}:accept`, publishedAt: null }, { $set: { publishAt: 1 } });
      return matchedCount;
    };
    const timer = (await told(/complaint\.due$/)).find(
      ({ envelope }) => complaintsFacts.ComplaintDue.decode(envelope.data).complaintId === id,
    );
    const detail = await get(id);
    const [start, end] = [Date.parse(detail.receivedAt), Date.parse(detail.acceptBy)];
    expect(timer?.publishAt).toBe(Math.round(start + 0.8 * (end - start)));
    expect(await due()).toBe(1);
    await until(async () => (await verbsOf(id)).includes('reminded'));
    await until(async () => (await due()) === 1);
    await until(async () => (await verbsOf(id)).includes('escalated'));
    expect(await get(id)).toMatchObject({ overdue: ['accept'] });
    expect((await factsOf(id)).at(-1)?.data.remark).toBe('accept:overdue');
    const { items } = await call('complaints.complaint.list', { overdue: true }, { as: supervisor });
    expect(items.map((item) => item.id)).toContain(id);
    // The timer once more, late: nothing changes.
    await call('complaints.complaint.accept', { id }, { as: handler });
    await tellFact(
      gateway,
      'facts.complaints.complaint.due',
      complaintsFacts.ComplaintDue,
      `complaint:${id}:accept`,
      9,
      {
        complaintId: id,
        step: 'accept',
        phase: 'overdue',
        dueAt: end,
      },
    );
    await factsHandled(gateway, 'complaints');
    expect(await get(id)).toMatchObject({ overdue: [] });
    expect((await verbsOf(id)).filter((verb) => verb === 'escalated')).toHaveLength(1);
  });
});

describe('who may see what', () => {
  test("another county's people do not find it; an enterprise's people cannot ask at all", async () => {
    const { id } = await submit({ targetName: '某热电' });
    await call('complaints.complaint.accept', { id, enterpriseId: 'e1' }, { as: handler });
    for (const as of [otherHandler, otherSupervisor]) {
      await expect(get(id, as)).rejects.toMatchObject({ status: 404 });
      await expect(call('complaints.complaint.close', { id }, { as })).rejects.toMatchObject({ status: 404 });
      const { items } = await call('complaints.complaint.list', {}, { as });
      expect(items.every((item) => item.divisionPath.includes('331002'))).toBe(true);
    }
    await expect(get(id, principal)).rejects.toMatchObject({ status: 403 });
    // Not even with a role that may: it is the enterprise that must not know.
    const both = { ...principal, roles: ['principal', 'supervisor'] as Role[] };
    await expect(get(id, both)).rejects.toMatchObject({ status: 404 });
    expect((await call('complaints.complaint.list', {}, { as: both })).items).toEqual([]);
    for (const as of [principal, both, somebody()]) {
      await expect(call('complaints.reporter.read', { id, reason: 'x' }, { as })).rejects.toMatchObject({
        status: 403,
      });
    }
    await expect(get(id, somebody())).rejects.toMatchObject({ status: 403 });
  });

  test('who complained: one role of the own county, with a reason, each look in the chain and in the list', async () => {
    const made = await named({ text: '我叫张小三，厂里排污' });
    await expect(
      call('complaints.reporter.read', { id: made.id, reason: '回访' }, { as: supervisor }),
    ).rejects.toMatchObject({ status: 403 });
    await expect(
      call('complaints.reporter.read', { id: made.id, reason: '回访' }, { as: otherHandler }),
    ).rejects.toMatchObject({ status: 404 });
    await expect(call('complaints.reporter.read', { id: made.id, reason: ' ' }, { as: handler })).rejects.toMatchObject(
      { status: 422 },
    );
    expect((await call('complaints.reporter.looks', { id: made.id }, { as: supervisor })).items).toEqual([]);

    const reporter = await call('complaints.reporter.read', { id: made.id, reason: '回访' }, { as: handler });
    expect(reporter).toMatchObject({ name: '张小三', phone: made.phone, address: '和平小区3幢' });
    expect(reporter.text).toContain('我叫张小三，厂里排污');
    const { items } = await call('complaints.reporter.looks', { id: made.id }, { as: supervisor });
    expect(items).toEqual([{ at: expect.any(String), by: 'handler', name: 'name of handler', reason: '回访' }]);
    const entry = await db.collection('audit').findOne({ action: 'reporter.read', entity: made.id });
    expect(entry).toMatchObject({ by: { id: 'account-handler' }, detail: { reason: '回访' } });
    const connection = await connectMongo(servers.mongoUri, `${servers.database}_complaints`, 'audit');
    expect(await auditChain(connection, Date.now).firstBroken()).toBeUndefined();
    await connection.close();
  });

  test('lists page by key in both orders, without a gap', async () => {
    for (const order of ['newest', 'due'] as const) {
      const whole = (await call('complaints.complaint.list', { order, limit: 1000 }, { as: supervisor })).items;
      const paged: string[] = [];
      let after: string | undefined;
      do {
        const page = await call(
          'complaints.complaint.list',
          { order, limit: 7, ...(after && { after }) },
          { as: supervisor },
        );
        paged.push(...page.items.map(({ id }) => id));
        after = page.next;
      } while (after);
      expect(paged).toEqual(whole.map(({ id }) => id));
      expect(paged.length).toBeGreaterThan(20);
    }
  });
});
