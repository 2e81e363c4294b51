import { type DivisionNode, divisionPaths } from './division-path';

const province: DivisionNode = { code: '330000', level: 'province' };
const hangzhou: DivisionNode = {
  code: '330100',
  level: 'city',
  parent: '330000',
};

const pathOf = (code: string, ...divisions: DivisionNode[]) => divisionPaths(divisions).paths.get(code);

describe('division paths (domain.md 8.1)', () => {
  it('go from the province to the division, whatever the order of the rows', () => {
    const qiantang: DivisionNode = {
      code: '330114',
      level: 'county',
      parent: '330100',
    };
    expect(pathOf('330114', qiantang, hangzhou, province)).toEqual(['330000', '330100', '330114']);
  });

  it('a county directly under its province (429004) has no city in its path', () => {
    const xiantao: DivisionNode = {
      code: '429004',
      level: 'county',
      parent: '420000',
    };
    expect(pathOf('429004', { code: '420000', level: 'province' }, xiantao)).toEqual(['420000', '429004']);
  });

  it('a city without counties (441900) has its towns directly below it', () => {
    const rows: DivisionNode[] = [
      { code: '440000', level: 'province' },
      { code: '441900', level: 'city', parent: '440000' },
      { code: '441900101', level: 'town', parent: '441900' },
    ];
    expect(pathOf('441900101', ...rows)).toEqual(['440000', '441900', '441900101']);
  });

  it('a municipality has counties under the province (110101)', () => {
    const rows: DivisionNode[] = [
      { code: '110000', level: 'province' },
      { code: '110101', level: 'county', parent: '110000' },
    ];
    expect(pathOf('110101', ...rows)).toEqual(['110000', '110101']);
  });

  it('a development zone with a local code lies where its parent says', () => {
    const zone: DivisionNode = {
      code: '330971',
      level: 'county',
      parent: '330100',
    };
    expect(pathOf('330971', province, hangzhou, zone)).toEqual(['330000', '330100', '330971']);
  });

  it('a replaced division (330104, 2021) hangs under its successor', () => {
    const shangcheng: DivisionNode = {
      code: '330102',
      level: 'county',
      parent: '330100',
    };
    const jianggan: DivisionNode = {
      code: '330104',
      level: 'county',
      parent: '330100',
      replacedBy: '330102',
    };
    expect(pathOf('330104', province, hangzhou, shangcheng, jianggan)).toEqual([
      '330000',
      '330100',
      '330102',
      '330104',
    ]);
  });

  test.each<[string, DivisionNode, RegExp]>([
    ['no parent', { code: '330199', level: 'county' }, /division above this county/],
    ['an unknown parent', { code: '330199', level: 'county', parent: '330900' }, /known division, got 330900/],
    [
      'a parent of its own level',
      { code: '330200', level: 'city', parent: '330100' },
      /above a city, got the city 330100/,
    ],
    [
      'an unknown successor',
      { code: '330103', level: 'county', parent: '330100', replacedBy: '1' },
      /known division, got 1/,
    ],
  ])('%s is a problem of that row', (_, node, message) => {
    const { problems, paths } = divisionPaths([province, hangzhou, node]);
    expect(problems).toEqual([
      expect.objectContaining({
        code: node.code,
        message: expect.stringMatching(message),
      }),
    ]);
    expect(paths.has(node.code)).toBe(false);
  });

  it('a circle of successors is a problem, not an endless loop', () => {
    const { problems } = divisionPaths([
      { code: '330103', level: 'county', replacedBy: '330104' },
      { code: '330104', level: 'county', replacedBy: '330103' },
    ]);
    expect(problems.map((p) => p.message)).toContain('expected a tree, but this leads back to itself');
  });
});
