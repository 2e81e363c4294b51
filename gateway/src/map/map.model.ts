import type { Enterprise, Level } from '@greenwatch/contracts';
import { type Connection, type Model, Schema } from 'mongoose';

/** Copies of what the map shows, each kept newest by its owner's sequence; counted together when the map is drawn. */
export interface EnterpriseMark {
  _id: string;
  sequence: number;
  name: string;
  lon: number;
  lat: number;
  status: Enterprise['status'];
  divisionPath: string[];
  /** Its own id, so that one scope filter serves every collection. */
  enterpriseId: string;
}
export interface DeviceMark {
  _id: string;
  /** The registry's sequence; 0 while only the connection is known. */
  sequence: number;
  enterpriseId?: string;
  operatorId?: string;
  divisionPath: string[];
  retired: boolean;
  online?: boolean;
  /** Ingestion's sequence of the connection. */
  linkSequence?: number;
}
export interface AlarmMark {
  _id: string;
  sequence: number;
  enterpriseId?: string;
  divisionPath: string[];
  level: Level;
  /** Active, and not raised from history. */
  counts: boolean;
}

export interface MapModels {
  enterprises: Model<EnterpriseMark>;
  devices: Model<DeviceMark>;
  alarms: Model<AlarmMark>;
}

const options = { versionKey: false } as const;
const text = { type: String, required: true };
const number = { type: Number, required: true };
const bool = { type: Boolean, required: true };

export function mapModels(db: Connection): MapModels {
  const enterprises = new Schema<EnterpriseMark>(
    {
      _id: text,
      sequence: number,
      name: text,
      lon: number,
      lat: number,
      status: text,
      divisionPath: [String],
      enterpriseId: text,
    },
    options,
  );
  enterprises.index({ divisionPath: 1, lon: 1 });
  enterprises.index({ enterpriseId: 1 });
  const devices = new Schema<DeviceMark>(
    {
      _id: text,
      sequence: number,
      enterpriseId: String,
      operatorId: String,
      divisionPath: [String],
      retired: bool,
      online: Boolean,
      linkSequence: Number,
    },
    options,
  );
  devices.index({ divisionPath: 1 });
  devices.index({ enterpriseId: 1 });
  devices.index({ operatorId: 1 });
  const alarms = new Schema<AlarmMark>(
    { _id: text, sequence: number, enterpriseId: String, divisionPath: [String], level: text, counts: bool },
    options,
  );
  alarms.index({ divisionPath: 1 }, { partialFilterExpression: { counts: true } });
  alarms.index({ enterpriseId: 1 }, { partialFilterExpression: { counts: true } });
  return {
    enterprises: db.model<EnterpriseMark>('map_enterprises', enterprises, 'map_enterprises'),
    devices: db.model<DeviceMark>('map_devices', devices, 'map_devices'),
    alarms: db.model<AlarmMark>('map_alarms', alarms, 'map_alarms'),
  };
}
