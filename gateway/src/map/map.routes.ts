import { MapView } from '@greenwatch/contracts';
import { Type } from '@sinclair/typebox';
import { callerOf } from '../authentication';
import type { Gateway } from '../gateway';
import { ValidationProblem } from '../problems';
import { type App, declare, json } from '../route';
import { type Box, drawMap } from './map-view';

const MapQuery = Type.Object(
  {
    bbox: Type.String({ maxLength: 200, description: 'west,south,east,north in degrees (CGCS2000)' }),
    zoom: Type.Number({ minimum: 0, maximum: 24 }),
  },
  { additionalProperties: false },
);

/** The map: enterprises with their live state, clustered here. */
export function mapRoutes(app: App, { mapModels }: Gateway): void {
  app.get(
    '/map',
    declare({
      summary: 'Enterprises within a box, clustered for a zoom',
      tag: 'map',
      operationId: 'getMap',
      access: { area: 'map' },
      querystring: MapQuery,
      answers: { 200: json(MapView) },
    }),
    (request) => drawMap(mapModels, callerOf(request), readBox(request.query.bbox), request.query.zoom),
  );
}

/** @throws ValidationProblem */
export function readBox(text: string): Box {
  const numbers = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const [west = 0, south = 0, east = 0, north = 0] = numbers;
  const complete = numbers.length === 4 && numbers.every(Number.isFinite);
  if (!complete || west >= east || south >= north) {
    throw new ValidationProblem([
      { field: 'query.bbox', expected: 'must be west,south,east,north in degrees with west < east and south < north' },
    ]);
  }
  return [west, south, east, north];
}
