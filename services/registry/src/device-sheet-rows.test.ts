import type { SheetRow } from './device-sheet-layout';
import { deviceOfDraft, type OutletPlace, outletOfRow, type RowDraft, type Surroundings } from './device-sheet-rows';
import type { BindingDoc, DeviceDoc } from './registry.model';

const JULY = Date.parse('2026-07-01T00:00:00+08:00');
const NOVEMBER = Date.parse('2026-11-01T00:00:00+08:00');
const outlet = (id: string): OutletPlace => ({
  outletId: id,
  enterpriseId: 'e1',
  medium: 'gas',
  divisionPath: ['330000', '330483'],
});
const known: Surroundings = {
  outlets: new Map([
    ['o1', outlet('o1')],
    ['o2', outlet('o2')],
  ]),
  outletsByCode: new Map([
    ['U DA001', ['o1']],
    ['U DA002', ['o1', 'o2']],
  ]),
  operators: new Map([
    ['op1', { barred: false }],
    ['op2', { barred: true }],
  ]),
  sees: ({ divisionPath }) => divisionPath.includes('330483'),
  // In tests `k1:abc` and `k2:abc` are the same text under two encryptions.
  decrypt: (text) => text.split(':')[1] ?? '',
};
const binding = (id: string, from?: number, to?: number): BindingDoc => ({
  ...outlet(id),
  ...(from === undefined ? {} : { from }),
  ...(to === undefined ? {} : { to }),
});
const device = (more: Partial<DeviceDoc> = {}): DeviceDoc => ({
  _id: 'M1',
  sequence: 3,
  divisionPath: ['330000', '330483'],
  enterpriseId: 'e1',
  status: 'active',
  edition: '2017',
  bindings: [binding('o1', JULY)],
  addresses: [],
  missingFlagValid: true,
  facilities: [],
  passwordEncrypted: 'k1:abc',
  ...more,
});
const full: RowDraft = { mn: 'M1', outletId: 'o1', passwordEncrypted: 'k2:abc' };

describe('the outlet of a row', () => {
  it.each<[string, Partial<SheetRow>, string | undefined, RegExp | null]>([
    ['by its id', { outletId: 'o2' }, 'o2', null],
    ['by credit code and HJ 608 code', { uscc: 'U', outletCode: 'DA001' }, 'o1', null],
    ['none is named', {}, undefined, null],
    ['an id that is not there', { outletId: 'o9' }, undefined, /an outlet of the registry in your division/],
    ['a credit code alone', { uscc: 'U' }, undefined, /an outlet such as DA001/],
    ['an outlet code alone', { outletCode: 'DA001' }, undefined, /the credit code/],
    ['of another firm', { uscc: 'X', outletCode: 'DA001' }, undefined, /an outlet of X/],
    ['of several premises of one firm', { uscc: 'U', outletCode: 'DA002' }, undefined, /outlet id\) filled/],
  ])('%s', (_name, values, id, expected) => {
    const found = outletOfRow({ row: 2, mn: 'M1', ...values }, known);
    expect(found.id).toBe(id);
    if (expected) expect(found.error).toMatchObject({ row: 2, expected: expect.stringMatching(expected) });
    else expect(found.error).toBeUndefined();
  });
});

describe('what a row makes of a device', () => {
  it('a new device has defaults', () => {
    expect(deviceOfDraft(2, full, undefined, known)).toMatchObject({
      state: 'new',
      device: { _id: 'M1', status: 'active', edition: '2017', addresses: [], bindings: [outlet('o1')] },
    });
  });

  it('the same again changes nothing, though encryption gives another text', () => {
    const outcome = deviceOfDraft(2, full, device(), known);
    expect(outcome).toMatchObject({ state: 'unchanged', changes: [], device: { passwordEncrypted: 'k1:abc' } });
  });

  it('an empty cell leaves what is there', () => {
    const before = device({ operatorId: 'op1', packetsPerMinute: 60, addresses: ['10.0.0.1'] });
    expect(deviceOfDraft(2, { mn: 'M1', edition: '2025' }, before, known)).toMatchObject({
      state: 'changed',
      changes: ['edition'],
      device: { edition: '2025', operatorId: 'op1', packetsPerMinute: 60, addresses: ['10.0.0.1'] },
    });
  });

  it('a device nobody had claimed is claimed from when it was first seen', () => {
    const waiting = device({ status: 'unclaimed', bindings: [], firstSeen: JULY, passwordEncrypted: undefined });
    expect(deviceOfDraft(2, full, waiting, known)).toMatchObject({
      state: 'new',
      device: { status: 'active', bindings: [{ outletId: 'o1', from: JULY }] },
    });
  });

  it('a device that comes to another outlet leaves the old one at that moment', () => {
    expect(deviceOfDraft(2, { mn: 'M1', outletId: 'o2', from: NOVEMBER }, device(), known)).toMatchObject({
      state: 'changed',
      changes: ['bindings'],
      device: { bindings: [binding('o1', JULY, NOVEMBER), binding('o2', NOVEMBER)] },
    });
  });

  it.each<[string, RowDraft, DeviceDoc | undefined, string, RegExp]>([
    ['new without password', { mn: 'M1', outletId: 'o1' }, undefined, '访问密码', /a password/],
    ['new without outlet', { mn: 'M1', passwordEncrypted: 'k1:abc' }, undefined, '排放口编号', /an outlet/],
    ['of another county', full, device({ divisionPath: ['330000', '331002'] }), '设备编号', /elsewhere/],
    ['to another outlet without a day', { mn: 'M1', outletId: 'o2' }, device(), '启用日期', /a day/],
    ['to another outlet before it came to this', { mn: 'M1', outletId: 'o2', from: 0 }, device(), '启用日期', /after/],
    ['an operator on the blacklist', { ...full, operatorId: 'op2' }, device(), '运维单位编号', /blacklist/],
    ['an unknown operator', { ...full, operatorId: 'op9' }, device(), '运维单位编号', /known operator/],
  ])('wrong: %s', (_name, draft, existing, column, expected) => {
    const outcome = deviceOfDraft(7, draft, existing, known);
    expect(outcome).toMatchObject({
      state: 'wrong',
      errors: [{ row: 7, column, expected: expect.stringMatching(expected) }],
    });
  });

  it('an operator on the blacklist keeps the devices it has', () => {
    expect(deviceOfDraft(2, { ...full, operatorId: 'op2' }, device({ operatorId: 'op2' }), known).state).toBe(
      'unchanged',
    );
  });
});
