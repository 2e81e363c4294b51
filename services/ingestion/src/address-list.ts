import { BlockList, isIPv6 } from 'node:net';

const lists = new WeakMap<readonly string[], BlockList>();

/** Whether an address is one of a device's, which are addresses or ranges such as 10.1.0.0/16 (registry's check-import). */
export function isListed(addresses: readonly string[], address: string): boolean {
  if (addresses.includes(address)) return true;
  let ranges = lists.get(addresses);
  if (!ranges) {
    ranges = new BlockList();
    for (const one of addresses) {
      const [network = '', bits] = one.split('/');
      if (bits !== undefined) ranges.addSubnet(network, Number(bits), isIPv6(network) ? 'ipv6' : 'ipv4');
    }
    lists.set(addresses, ranges);
  }
  return ranges.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}
