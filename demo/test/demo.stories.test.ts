import { RunningDemo } from './running-demo';
import { approval } from './story-approval';
import { complaint } from './story-complaint';
import { data } from './story-data';
import { devices } from './story-devices';
import { quota } from './story-quota';
import { sheet } from './story-sheet';
import { suspicion } from './story-suspicion';

/** What people do with the demo beside the main line, one after the other on one system: starting it takes longer than most of them. */
const demo = new RunningDemo();
beforeAll(() => demo.start());
afterAll(() => demo.end());

describe('a suspicion', () => suspicion(demo));

describe('production before approval', () => approval(demo));

describe('a quota runs out', () => quota(demo));
describe('a sheet of permits', () => sheet(demo));
describe('devices', () => devices(demo));
describe('data of an outlet', () => data(demo));

describe('a complaint', () => complaint(demo));
