import { areaAt, areasOf, homeOf, mayAcknowledge, mayAsk, mayKeepReference, mayOperate, pathOf } from './access';

describe('design.md 6: who sees which areas', () => {
  it.each([
    ['supervisor', undefined, '/map', 'devices', true],
    ['officer', undefined, '/tasks', 'devices', true],
    ['complaint-handler', undefined, '/complaints', 'complaints', false],
    ['viewer', undefined, '/map', 'fraud', false],
    ['principal', 'E1', '/tasks', 'my-enterprise', false],
    ['operator-staff', undefined, '/tasks', 'enterprises', false],
  ] as const)('%s', (role, enterpriseId, home, area, acknowledges) => {
    const me = { roles: [role], enterpriseId };
    expect(homeOf(me)).toBe(home);
    expect(areasOf(me)).toContain(area);
    expect(mayAcknowledge(me)).toBe(acknowledges);
  });
  it('an enterprise’s person sees neither map, scores nor devices', () => {
    const areas = areasOf({ roles: ['principal'], enterpriseId: 'E1' });
    expect(areas).not.toContain('map');
    expect(areas).not.toContain('fraud');
    expect(areas).not.toContain('devices');
    expect(pathOf('my-enterprise', { roles: ['principal'], enterpriseId: 'E1' })).toBe('/enterprises/E1');
  });
});

it.each([
  ['/outlets/O1', undefined, 'enterprises'],
  ['/enterprises/E9', undefined, 'enterprises'],
  ['/backfills/B1', undefined, 'devices'],
  ['/outlets/O1', 'E1', 'my-enterprise'],
  ['/tasks/T1', 'E1', 'tasks'],
  ['/nowhere', undefined, undefined],
] as const)('%s of somebody of enterprise %s belongs to %s', (path, enterpriseId, area) => {
  expect(areaAt(path, { roles: [enterpriseId ? 'principal' : 'officer'], enterpriseId })).toBe(area);
});

it.each([
  ['administrator', '330000', true, true, true],
  ['administrator', '330483', true, true, false],
  ['supervisor', '330000', true, true, false],
  ['officer', '330483', true, false, false],
  ['duty-officer', '330483', true, false, false],
  ['viewer', '330000', false, false, false],
] as const)(
  '%s of %s asks devices: %s, operates them: %s, keeps factors and profiles: %s',
  (role, division, asks, operates, keeps) => {
    const me = { roles: [role], division };
    expect([mayAsk(me), mayOperate(me), mayKeepReference(me)]).toEqual([asks, operates, keeps]);
  },
);
