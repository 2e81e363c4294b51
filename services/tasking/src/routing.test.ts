import { type Candidate, DUTY_AFTER_MS, routeInspection, supervisorsFrom, tiersOf } from './routing';

const PATH = ['330000', '330400', '330483'];
const person = (id: string, role: string, divisionCode = '330483', more: Partial<Candidate> = {}): Candidate => ({
  id,
  roles: [role],
  divisionCode,
  certificateNo: `C-${id}`,
  openTasks: 0,
  ...more,
});
const given = (people: Candidate[], waitedMs = 0, path = PATH) =>
  routeInspection(path, people, waitedMs)?.map(({ personId, role }) => `${role}:${personId}`);

describe('domain.md 8.1: levels of a path', () => {
  it.each([
    [['330000', '330400', '330483'], { county: '330483', city: '330400', province: '330000' }],
    [['330000', '330400', '330483', '330483101'], { county: '330483', city: '330400', province: '330000' }],
    [['420000', '429004'], { county: '429004', city: undefined, province: '420000' }],
  ])('%j', (path, tiers) => expect(tiersOf(path)).toEqual(tiers));
  it('a path without codes is refused', () => expect(() => tiersOf([])).toThrow('division path'));
});

describe('domain.md 5.1, 5.2: who inspects', () => {
  const sup = person('sup', 'supervisor');
  const off = person('off', 'officer');
  const city = [person('citySup', 'supervisor', '330400'), person('cityOff', 'officer', '330400')];
  it.each<[string, Candidate[], number, string[] | undefined]>([
    ['territorial supervisor leads, an officer is second', [off, sup], 0, ['lead:sup', 'second:off']],
    [
      '处罚法 Art 42: without a certificate nobody inspects',
      [sup, { ...off, certificateNo: '' }, person('zOff', 'officer')],
      0,
      ['lead:sup', 'second:zOff'],
    ],
    ['处罚法 Art 42: one person is not two', [{ ...sup, roles: ['supervisor', 'officer'] }], 0, undefined],
    ['no officer: a second supervisor', [sup, person('sup2', 'supervisor')], 0, ['lead:sup', 'second:sup2']],
    [
      'least open tasks first, then id',
      [
        { ...sup, openTasks: 3 },
        person('supB', 'supervisor', '330483', { openTasks: 1 }),
        off,
        person('offA', 'officer'),
      ],
      0,
      ['lead:supB', 'second:off'],
    ],
    [
      'people of a town belong to its county',
      [sup, person('townOff', 'officer', '330483101')],
      0,
      ['lead:sup', 'second:townOff'],
    ],
    [
      'another county’s people are not asked',
      [person('x', 'supervisor', '331002'), person('y', 'officer', '331002')],
      DUTY_AFTER_MS,
      undefined,
    ],
    [
      '国办发〔2024〕54号: a grid member does not inspect',
      [sup, person('grid', 'grid-member')],
      DUTY_AFTER_MS,
      undefined,
    ],
    ['before 10 min nobody else is asked', [person('duty', 'duty-officer'), ...city], DUTY_AFTER_MS - 1, undefined],
    ['after 10 min the county’s duty officer', [person('duty', 'duty-officer'), ...city], DUTY_AFTER_MS, ['duty:duty']],
    ['no duty officer: the city', city, DUTY_AFTER_MS, ['lead:citySup', 'second:cityOff']],
    [
      'the county’s only officer with the city’s supervisor',
      [off, ...city],
      DUTY_AFTER_MS,
      ['lead:citySup', 'second:off'],
    ],
    [
      'city without people: its duty officer',
      [person('cityDuty', 'duty-officer', '330400')],
      DUTY_AFTER_MS,
      ['duty:cityDuty'],
    ],
    [
      'no city people: the province',
      [person('pSup', 'supervisor', '330000'), person('pOff', 'officer', '330000')],
      DUTY_AFTER_MS,
      ['lead:pSup', 'second:pOff'],
    ],
    ['nobody at all', [], DUTY_AFTER_MS * 10, undefined],
  ])('%s', (_, people, waited, expected) => expect(given(people, waited)).toEqual(expected));

  it('8.1: a county directly under the province has no city between', () => {
    const people = [person('pSup', 'supervisor', '420000'), person('pOff', 'officer', '420000')];
    expect(given(people, DUTY_AFTER_MS, ['420000', '429004'])).toEqual(['lead:pSup', 'second:pOff']);
  });
});

describe('domain.md 5.6: superiors', () => {
  const people = [
    person('sup', 'supervisor'),
    person('sup2', 'supervisor'),
    person('citySup', 'supervisor', '330400'),
    person('provSup', 'supervisor', '330000'),
    person('other', 'supervisor', '331002'),
  ];
  it.each<['county' | 'city' | 'province', string[], string[]]>([
    ['county', [], ['sup', 'sup2']],
    ['county', ['sup'], ['sup2']],
    ['county', ['sup', 'sup2'], ['citySup']],
    ['city', ['sup'], ['citySup']],
    ['province', [], ['provSup']],
  ])('from the %s without %j: %j', (from, except, expected) => {
    expect(supervisorsFrom(from, PATH, people, except)).toEqual(expected);
  });
  it('nobody left', () => expect(supervisorsFrom('province', PATH, people, ['provSup'])).toEqual([]));
});
