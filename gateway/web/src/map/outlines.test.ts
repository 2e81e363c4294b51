import { boundsOf, graticule } from './outlines';

it('the box of some outlines holds every corner of them', () => {
  const square = (w: number, s: number): GeoJSON.Feature => ({
    type: 'Feature',
    properties: {},
    geometry: {
      type: 'Polygon',
      coordinates: [
        [
          [w, s],
          [w + 1, s],
          [w + 1, s + 1],
          [w, s],
        ],
      ],
    },
  });
  expect(boundsOf({ type: 'FeatureCollection', features: [square(118, 27), square(120, 30)] })).toEqual([
    118, 27, 121, 31,
  ]);
  expect(boundsOf({ type: 'FeatureCollection', features: [] })).toBeUndefined();
});

it('the graticule has a line every 0.05 degrees, edges included', () => {
  const { geometry } = graticule([120, 30, 120.1, 30.05]).features[0] as { geometry: GeoJSON.MultiLineString };
  expect(geometry.coordinates).toEqual([
    [
      [120, 30],
      [120, 30.05],
    ],
    [
      [120.05, 30],
      [120.05, 30.05],
    ],
    [
      [120.1, 30],
      [120.1, 30.05],
    ],
    [
      [120, 30],
      [120.1, 30],
    ],
    [
      [120, 30.05],
      [120.1, 30.05],
    ],
  ]);
});
