import type { Caller } from './identity';
import { countyOf, inScope, requireProvince, requireRole, type Scoped, scopeFilter } from './scope';

const base: Caller = { kind: 'user', id: 'u', name: 'u', roles: ['supervisor'], division: '330483', scopes: [] };
const here: Scoped = { divisionPath: ['330000', '330400', '330483'], enterpriseId: 'E1' };
const elsewhere: Scoped = { divisionPath: ['330000', '331000', '331002'], enterpriseId: 'E2' };

const callers: [name: string, caller: Caller, sees: [boolean, boolean], filter: object][] = [
  ['a county sees its own (design 6)', base, [true, false], { divisionPath: '330483' }],
  ['a city sees its counties', { ...base, division: '330400' }, [true, false], { divisionPath: '330400' }],
  ['the province sees all', { ...base, division: '330000' }, [true, true], { divisionPath: '330000' }],
  [
    'an enterprise sees itself, whatever its division',
    { ...base, roles: ['principal'], enterpriseId: 'E2' },
    [false, true],
    { enterpriseId: 'E2' },
  ],
  [
    'an operator sees the devices it maintains, and no other record',
    { ...base, roles: ['operator-staff'], operatorId: 'O1' },
    [false, false],
    { operatorId: 'O1' },
  ],
  ['a service sees all', { ...base, kind: 'service', division: '330000' }, [true, true], {}],
];

describe('scope', () => {
  it.each(callers)('%s', (_name, caller, sees, filter) => {
    expect([inScope(caller, here), inScope(caller, elsewhere)]).toEqual(sees);
    expect(scopeFilter(caller)).toEqual(filter);
  });

  it.each(callers)('for what concerns the whole province: %s', (_name, caller) => {
    const may = caller.kind === 'service' || (caller.division === '330000' && caller.enterpriseId === undefined);
    const ask = () => requireProvince(caller, '330000');
    if (may) expect(ask).not.toThrow();
    else expect(ask).toThrow(/needs somebody of 330000/);
  });

  it('names the roles that are missing', () => {
    expect(() => requireRole(base, ['principal'])).toThrow(/principal/);
    expect(() => requireRole(base, ['principal', 'supervisor'])).not.toThrow();
  });
});

test.each([
  [['330000', '330400', '330483'], '330483'],
  [['330000', '330400', '330483', '330483001'], '330483'],
  [['330000', '330400'], '330400'],
  // Directly under its province (domain.md 8.1).
  [['420000', '429004', '429004001'], '429004'],
  [[], ''],
])('county of %j', (path, county) => {
  expect(countyOf(path)).toBe(county);
});
