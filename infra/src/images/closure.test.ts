import { type Lockfile, placeInImage, productionClosure } from './closure';

const platform = { os: 'linux', cpu: 'x64', libc: 'glibc' };

/** A small house: two services, a package, pages inside a gateway. */
const lock: Lockfile = {
  lockfileVersion: 3,
  packages: {
    '': { name: 'house', dependencies: { unused: '1' } },
    'services/one': { name: '@house/one', dependencies: { '@house/kit': '1', deep: '1' } },
    'services/two': { name: '@house/two', dependencies: { native: '1' } },
    'services/three': { name: '@house/three', dependencies: { 'with-peers': '1' } },
    'services/own': { name: '@house/own', dependencies: { hoisted: '2' } },
    'services/lost': { name: '@house/lost', dependencies: { absent: '1' } },
    'packages/kit': { name: '@house/kit', dependencies: { hoisted: '1' } },
    gateway: { name: '@house/gateway', dependencies: { '@house/web': '1' } },
    'gateway/web': { name: '@house/web', dependencies: { react: '1' } },
    'gateway/inner': { name: '@house/inner', dependencies: { private: '1' } },
    'gateway/node_modules/private': {},
    'node_modules/@house/kit': { link: true, resolved: 'packages/kit' },
    'node_modules/@house/web': { link: true, resolved: 'gateway/web' },
    'node_modules/unused': {},
    'node_modules/react': {},
    'node_modules/hoisted': { dependencies: { circle: '1' } },
    'node_modules/circle': { dependencies: { hoisted: '1' } },
    'services/own/node_modules/hoisted': { dependencies: { circle: '1' } },
    'node_modules/deep': { dependencies: { '@scope/nested': '2', hoisted: '1' } },
    'node_modules/deep/node_modules/@scope/nested': { dependencies: { leaf: '1' } },
    'node_modules/deep/node_modules/leaf': {},
    'node_modules/@scope/nested': {},
    'node_modules/leaf': {},
    'node_modules/native': {
      optionalDependencies: {
        'native-linux': '1',
        'native-musl': '1',
        'native-arm': '1',
        'native-mac': '1',
        gone: '1',
      },
    },
    'node_modules/native-linux': { os: ['linux'], cpu: ['x64'], libc: ['glibc'], optionalDependencies: { lib: '1' } },
    'node_modules/native-musl': { os: ['linux'], cpu: ['x64'], libc: ['musl'] },
    'node_modules/native-arm': { os: ['linux'], cpu: ['arm64'], libc: ['glibc'] },
    'node_modules/native-mac': { os: ['!linux'] },
    'node_modules/lib': { os: ['!win32'] },
    'node_modules/with-peers': {
      peerDependencies: { hoisted: '1', react: '1', never: '1' },
      peerDependenciesMeta: { react: { optional: true }, never: { optional: true } },
    },
  },
};

const closure = (from: string, bundled: string[] = []) => productionClosure(lock, [from], platform, bundled);

describe('productionClosure', () => {
  test.each([
    {
      title: 'a workspace is followed through its link, a circle ends, the nearest version is taken',
      from: 'services/one',
      workspaces: ['packages/kit', 'services/one'],
      packages: [
        'node_modules/circle',
        'node_modules/deep',
        'node_modules/deep/node_modules/@scope/nested',
        'node_modules/deep/node_modules/leaf',
        'node_modules/hoisted',
      ],
    },
    {
      title: 'of the optional ones only what fits linux, x64 and glibc; one the lock lacks is left out',
      from: 'services/two',
      workspaces: ['services/two'],
      packages: ['node_modules/lib', 'node_modules/native', 'node_modules/native-linux'],
    },
    {
      title: 'a peer is needed, an optional one is not',
      from: 'services/three',
      workspaces: ['services/three'],
      packages: ['node_modules/circle', 'node_modules/hoisted', 'node_modules/with-peers'],
    },
    {
      title: "a workspace's own version comes before the hoisted one, which others still take",
      from: 'services/own',
      workspaces: ['services/own'],
      packages: ['node_modules/circle', 'node_modules/hoisted', 'services/own/node_modules/hoisted'],
    },
    {
      title: 'pages need their libraries',
      from: 'gateway',
      workspaces: ['gateway', 'gateway/web'],
      packages: ['node_modules/react'],
    },
    {
      title: 'pages that are built hold their libraries',
      from: 'gateway',
      bundled: ['gateway/web'],
      workspaces: ['gateway', 'gateway/web'],
      packages: [],
    },
  ])('$title', ({ from, bundled, workspaces, packages }) => {
    expect(closure(from, bundled)).toEqual({ workspaces, packages });
  });

  test('what the lock lacks, and another version of locks, are told', () => {
    expect(() => closure('services/lost')).toThrow('package-lock.json has no absent, which services/lost needs');
    expect(() => closure('services/none')).toThrow('package-lock.json knows no services/none');
    expect(() => productionClosure({ ...lock, lockfileVersion: 2 }, [], platform)).toThrow('of version 2, not 3');
  });

  test('a workspace that lives on the packages of the one around it is refused', () => {
    expect(() => closure('gateway/inner')).toThrow('gateway/inner takes private from gateway');
  });
});

describe('placeInImage', () => {
  test.each([
    ['node_modules/deep/node_modules/leaf', 'node_modules/deep/node_modules/leaf'],
    ['services/one', 'node_modules/@house/one'],
    ['services/own/node_modules/hoisted', 'node_modules/@house/own/node_modules/hoisted'],
    ['gateway/web', 'node_modules/@house/web'],
  ])('%s lies at %s', (place, expected) => {
    expect(placeInImage(lock, place)).toBe(expected);
  });
});
