import { loginsIn, readLogins } from './logins';

test.each([
  ['demo-accounts.json', '{"administrator": "a b"}', { administrator: 'a b' }],
  [
    'demo-logins.txt',
    'viewer    XIzZ_9   viewer · 浙江省 · 王\n\nofficer1-330483 q   officer · 桐乡市 · 李\n',
    { viewer: 'XIzZ_9', 'officer1-330483': 'q' },
  ],
])('%s', (_name, text, expected) => {
  expect(loginsIn(text)).toEqual(expected);
});

test('a file that is not there is named', () => {
  expect(() => readLogins('/nowhere/logins.txt')).toThrow('--logins /nowhere/logins.txt cannot be read');
});
