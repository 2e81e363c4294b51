import type { MapPoint } from '@greenwatch/contracts';
import { clusterMarkers, MAX_MARKS } from './cluster';

const marker = (id: string, lon: number, lat: number, urgent = 0, online = 1): MapPoint => ({
  id,
  name: id,
  lon,
  lat,
  status: 'producing',
  alarms: { urgent, high: 0, mid: 0, low: 0 },
  devices: { total: 2, online },
});

describe('clusterMarkers', () => {
  const tongxiang = [marker('a', 120.55, 30.63, 1), marker('b', 120.56, 30.64, 0, 2)];
  const jiaojiang = marker('c', 121.44, 28.67);

  test('neighbours become one cluster with sums, box and middle; a lone marker stays a point', () => {
    const view = clusterMarkers([...tongxiang, jiaojiang], 7);
    expect(view.points).toEqual([jiaojiang]);
    expect(view.clusters).toEqual([
      {
        lon: expect.closeTo(120.555, 9),
        lat: expect.closeTo(30.635, 9),
        count: 2,
        bbox: [120.55, 30.63, 120.56, 30.64],
        alarms: { urgent: 1, high: 0, mid: 0, low: 0 },
        devices: { total: 4, online: 3 },
      },
    ]);
  });

  test('zooming in takes clusters apart', () => {
    const counts = [1, 8, 13, 14].map((zoom) => {
      const view = clusterMarkers([...tongxiang, jiaojiang], zoom);
      return [view.points.length, view.clusters.length];
    });
    expect(counts).toEqual([
      [0, 1],
      [1, 1],
      [3, 0],
      [3, 0],
    ]);
  });

  test('two enterprises at one gate can be told apart when near enough', () => {
    const gate = [marker('a', 120.5, 30.6), marker('b', 120.5, 30.6)];
    expect(clusterMarkers(gate, 13.9).clusters).toHaveLength(1);
    expect(clusterMarkers(gate, 14).points.map(({ id }) => id)).toEqual(['a', 'b']);
  });

  test.each([0, 3.5, 9, 14, 22])(
    'ten thousand markers at zoom %p never give more than MAX_MARKS, and none is lost',
    (zoom) => {
      const many = Array.from({ length: 10_000 }, (_, i) =>
        marker(`e${i}`, 118 + (i % 100) * 0.05, 27 + Math.floor(i / 100) * 0.04),
      );
      const { points, clusters } = clusterMarkers(many, zoom);
      expect(points.length + clusters.length).toBeLessThanOrEqual(MAX_MARKS);
      expect(points.length + clusters.reduce((sum, { count }) => sum + count, 0)).toBe(10_000);
    },
  );

  test('marks on both sides of a cell border become one: no number hides another', () => {
    // At zoom 7 the world is 65,536 pixels wide; 54,900 is a border of the 60-pixel cells.
    const at = (id: string, pixel: number) => marker(id, (pixel / 65_536) * 360 - 180, 30);
    const view = clusterMarkers([at('a', 54_894), at('b', 54_896), at('c', 54_904), at('d', 54_906)], 7);
    expect(view.clusters).toHaveLength(1);
    expect(view.clusters[0]?.count).toBe(4);
    const apart = clusterMarkers([at('a', 54_850), at('b', 54_852), at('c', 54_904), at('d', 54_906)], 7);
    expect(apart.clusters.map((cluster) => cluster.count)).toEqual([2, 2]);
  });
});
