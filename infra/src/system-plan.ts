/** A process of ours: `node <script>` with the environment that every service gets, and its own. */
export interface PlannedProcess {
  name: string;
  /** Path of the built script from the repository's root. */
  script: string;
  /** Whose keys and NATS user it has. */
  issuer: string;
  /** What it needs beside the common environment. */
  environment?: (places: Places) => NodeJS.ProcessEnv;
  /** From 2 up for one more instance of a service. */
  instance?: number;
  /** When it counts as ready: /readyz on HEALTH_PORT answers 200, or a port takes connections. */
  ready: 'readyz' | ((places: Places) => number);
}

/** Where things are, for a process's own environment. */
export interface Places {
  /** Whether the demo province is loaded. */
  demo: boolean;
  /** Of this instance of ingestion. */
  hj212Port: number;
  gatewayPort: number;
  consoleUrl: string;
  smppUrl: string;
  smppPort: number;
  /** The pages' built files. */
  webRoot: string;
  /** Where the gateway writes the first administrator's one-time password. */
  firstPasswordFile: string;
  /** A folder of the demo's own. */
  demoFolder: string;
}

const service = (name: string, environment?: PlannedProcess['environment']): PlannedProcess => ({
  name,
  script: `services/${name}/dist/main.js`,
  issuer: name,
  ready: 'readyz',
  environment,
});

export const services: PlannedProcess[] = [
  service('registry'),
  service('ingestion', ({ hj212Port }) => ({ HJ212_PORT: String(hj212Port) })),
  service('readings'),
  service('rules'),
  service('permits'),
  service('tasking'),
  // The demo brings 60 days of history: shorter windows than domain.md 2.2 has.
  service('fraud', ({ demo }) => (demo ? { FRAUD_WINDOW_DAYS: '15', FRAUD_BASELINE_DAYS: '45' } : {})),
  service('complaints'),
  service('credit'),
  service('notifications', ({ smppUrl }) => (smppUrl ? { SMPP_URL: smppUrl } : {})),
  {
    name: 'gateway',
    script: 'gateway/dist/main.js',
    issuer: 'gateway',
    ready: 'readyz',
    environment: ({ gatewayPort, webRoot, firstPasswordFile }) => ({
      GATEWAY_PORT: String(gatewayPort),
      WEB_ROOT: webRoot,
      FIRST_PASSWORD_FILE: firstPasswordFile,
    }),
  },
];

/** Settings of services where the demo plays: its history is two months long. */
export const demoSettings: Record<string, string> = {
  FRAUD_WINDOW_DAYS: '15',
  FRAUD_BASELINE_DAYS: '45',
  // What was discharged shows in the checks within seconds, not a minute.
  TOTALS_EVERY_SECONDS: '2',
};

/** The demo: a small SMSC that notifications bind to, and the province with its devices. */
export const demo: PlannedProcess[] = [
  {
    name: 'smsc',
    script: 'demo/dist/smsc.js',
    issuer: 'demo',
    ready: ({ smppPort }) => smppPort,
    environment: ({ smppPort, smppUrl, demoFolder }) => ({
      SMPP_PORT: String(smppPort),
      SMPP_URL: smppUrl,
      DEMO_FOLDER: demoFolder,
    }),
  },
  {
    name: 'demo',
    script: 'demo/dist/main.js',
    issuer: 'demo',
    // When the province is loaded; the devices' back-fill goes on after that.
    ready: 'readyz',
    environment: ({ hj212Port, consoleUrl, demoFolder }) => ({
      HJ212_PORT: String(hj212Port),
      GATEWAY_URL: consoleUrl,
      DEMO_FOLDER: demoFolder,
    }),
  },
];
