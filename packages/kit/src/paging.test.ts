import { afterKey, pageOf } from './paging';

describe('pages', () => {
  it('go on where the page before ended', () => {
    const page = pageOf([1, 2, 3], 2, (n) => [String(n)]);
    expect(page.items).toEqual([1, 2]);
    expect(afterKey(page.next, 1)).toEqual(['2']);
    expect(pageOf([1, 2], 2, (n) => [String(n)])).toEqual({ items: [1, 2] });
    expect(afterKey(undefined, 1)).toBeUndefined();
  });

  it.each(['', 'garbage', Buffer.from('[1]').toString('base64url'), Buffer.from('["a","b"]').toString('base64url')])(
    'refuse a key that is none: %s',
    (after) => {
      expect(() => afterKey(after, 1)).toThrow(/^after must be/);
    },
  );
});
