import { isListed } from './address-list';

test.each<[string, string[], boolean]>([
  ['10.1.2.3', ['10.1.2.3'], true],
  ['10.1.2.4', ['10.1.2.3'], false],
  ['10.1.255.4', ['192.168.0.1', '10.1.0.0/16'], true],
  ['10.2.0.1', ['10.1.0.0/16'], false],
  ['2001:db8::7', ['2001:db8::/32'], true],
  ['2001:db9::7', ['2001:db8::/32', '10.0.0.0/8'], false],
  ['an MQTT client', ['10.0.0.0/8'], false],
])('%s of %j: %s', (address, addresses, expected) => expect(isListed(addresses, address)).toBe(expected));
