import { byLevelThenNewest, liveState } from './live-state';

const none = { urgent: 0, high: 0, mid: 0, low: 0 };
const online = { total: 2, online: 1 };

describe('liveState', () => {
  it.each([
    ['urgent', { ...none, urgent: 1, low: 9 }, online, 'producing'],
    ['mid', { ...none, mid: 1, low: 1 }, { total: 1, online: 0 }, 'producing'],
    ['offline', none, { total: 2, online: 0 }, 'producing'],
    ['stopped', none, { total: 2, online: 0 }, 'stopped'],
    ['normal', none, { total: 0, online: 0 }, 'producing'],
    ['normal', none, online, undefined],
  ] as const)('is %s', (state, alarms, devices, status) => {
    expect(liveState({ alarms, devices, status })).toBe(state);
  });
});

it('sorts alarms by level, then the newest first', () => {
  const alarms = [
    { level: 'low', startedAt: '2026-03-01T10:00:00+08:00' },
    { level: 'high', startedAt: '2026-03-01T08:00:00+08:00' },
    { level: 'high', startedAt: '2026-03-01T09:00:00+08:00' },
    { level: 'urgent', startedAt: '2026-02-01T09:00:00+08:00' },
  ] as const;
  expect([...alarms].sort(byLevelThenNewest)).toEqual([alarms[3], alarms[2], alarms[1], alarms[0]]);
});
