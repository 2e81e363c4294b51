import { readMapSettings } from './map-settings';

it('takes what a deployer set', () => {
  const set = { province: '330000', reviewNumber: 'X', tiles: ['/t/{z}/{x}/{y}.png'], attribution: 'A' };
  expect(readMapSettings(set)).toEqual(set);
});

it.each([[undefined], [null], [[]], [{ province: 33, tiles: 'x', reviewNumber: null }]])(
  'counts %j as nothing set, rather than to break the map',
  (json) => {
    expect(readMapSettings(json)).toEqual({ province: '', reviewNumber: '', tiles: [], attribution: '' });
  },
);
