import { Presence } from './presence';

function scene() {
  let now = 1_000_000;
  const told: string[] = [];
  const links = {
    opened: (mn: string, address: string, at: number) => told.push(`${mn} online ${address} ${at}`),
    closed: (mn: string, _address: string, at: number) => told.push(`${mn} offline ${at}`),
  };
  const presence = new Presence(links, () => now, { silentMs: 60_000, everyMs: 1_000 });
  return { presence, told, pass: (ms: number) => (now += ms) };
}

it('online with the first message, offline since the last one when it was silent for too long', () => {
  const { presence, told, pass } = scene();
  presence.spoke('M1', 'mqtt', 1_000_000);
  presence.spoke('M1', 'api-key:1', 1_030_000);
  // A message that is handled again, or late, says nothing new.
  presence.spoke('M1', 'mqtt', 1_010_000);
  pass(89_000);
  presence.sweep();
  expect(told).toEqual(['M1 online mqtt 1000000']);
  pass(2_000);
  presence.sweep();
  presence.sweep();
  expect(told).toEqual(['M1 online mqtt 1000000', 'M1 offline 1030000']);
});
