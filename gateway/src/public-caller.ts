import type { Caller } from '@greenwatch/kit';
import type { FastifyRequest } from 'fastify';
import type { Gateway } from './gateway';

/** What of an address stands for one subscriber: all of IPv4, of IPv6 the network of 64 bits that each one gets. */
export function addressGroup(ip: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1];
  if (mapped) return mapped;
  if (!ip.includes(':')) return ip;
  const [head = '', tail] = (ip.split('%')[0] ?? '').split('::');
  const before = head ? head.split(':') : [];
  const after = tail ? tail.split(':') : [];
  const gap = tail === undefined ? 0 : 8 - before.length - after.length;
  return [...before, ...Array<string>(Math.max(gap, 0)).fill('0'), ...after]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}

/** Somebody without an account, told apart by the address alone, of which only a keyed hash goes on. */
export function publicCaller({ kit }: Pick<Gateway, 'kit'>, request: FastifyRequest): Caller {
  const address = kit.fields.blindIndex(`address:${addressGroup(request.ip)}`);
  return {
    kind: 'public',
    id: `public:${address}`,
    name: 'public',
    roles: ['public'],
    division: kit.config.PROVINCE,
    scopes: [],
  };
}
