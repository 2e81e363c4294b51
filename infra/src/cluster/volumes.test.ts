import { type Claim, volumeFor, waiting } from './volumes';

const claim = (phase: string, spec: Partial<Claim['spec']> = {}): Claim => ({
  metadata: { name: 'data-gw-mongodb-0', namespace: 'gw' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '5Gi' } }, ...spec },
  status: { phase },
});

test('a volume is made for one claim and is not deleted with it', () => {
  expect(volumeFor(claim('Pending'), '/var/volumes')).toMatchObject({
    kind: 'PersistentVolume',
    metadata: { name: 'gw-data-gw-mongodb-0' },
    spec: {
      capacity: { storage: '5Gi' },
      accessModes: ['ReadWriteOnce'],
      persistentVolumeReclaimPolicy: 'Retain',
      storageClassName: '',
      claimRef: { name: 'data-gw-mongodb-0', namespace: 'gw' },
      hostPath: { path: '/var/volumes/gw-data-gw-mongodb-0', type: 'Directory' },
    },
  });
});

test.each([
  { title: 'a claim that waits and has no class', given: claim('Pending'), waits: true },
  { title: 'a claim with the empty class', given: claim('Pending', { storageClassName: '' }), waits: true },
  {
    title: 'a claim of a class waits for its provisioner',
    given: claim('Pending', { storageClassName: 'fast' }),
    waits: false,
  },
  { title: 'a claim that names its volume', given: claim('Pending', { volumeName: 'mine' }), waits: false },
  { title: 'a claim that is bound', given: claim('Bound', { volumeName: 'gw-data' }), waits: false },
])('$title: $waits', ({ given, waits }) => {
  expect(waiting([given])).toHaveLength(waits ? 1 : 0);
});

test('a claim that chooses its volume by labels finds them', () => {
  const chosen = claim('Pending', { selector: { matchLabels: { 'greenwatch/volume': 'mongodb' } } });
  expect(volumeFor(chosen, '/var/volumes')).toMatchObject({
    metadata: { labels: { 'greenwatch/volume': 'mongodb', 'greenwatch/cluster-test': 'gw' } },
  });
});
