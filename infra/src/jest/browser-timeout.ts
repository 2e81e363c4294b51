// Jest reads `testTimeout` only for the whole run, not for a project: the browser's walks need more than a query.
jest.setTimeout(240_000);
