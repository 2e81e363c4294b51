// Asks every service whether it is ready, and the gateway for the console and the description of its API. A line each.
const release = process.env.RELEASE;
const services = process.env.SERVICES.split(',');
const WITHIN_MS = 120_000;
const until = Date.now() + WITHIN_MS;

const questions = services.map((name) => ({
  title: `${name} is ready`,
  url: `http://${release}-${name}:8080/readyz`,
  expected: (text) => text.startsWith('ready'),
}));
if (services.includes('gateway')) {
  const gateway = `http://${release}-gateway:8000`;
  questions.push(
    { title: 'the console answers', url: `${gateway}/`, expected: (text) => text.includes('<div id="root">') },
    {
      title: 'the API describes itself',
      url: `${gateway}/api/openapi.json`,
      expected: (text) => JSON.parse(text).openapi,
    },
  );
}

async function answered({ url, expected }) {
  let why = '';
  while (Date.now() < until) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
      const text = await response.text();
      if (response.ok && expected(text)) return undefined;
      why = `${response.status} ${text.slice(0, 200).trim()}`;
    } catch (error) {
      why = error.cause?.message ?? error.message;
    }
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  return why;
}

async function main() {
  const outcomes = await Promise.all(questions.map(async (question) => [question, await answered(question)]));
  for (const [{ title, url }, why] of outcomes) {
    process.stdout.write(why === undefined ? `ok      ${title}\n` : `FAILED  ${title}: ${url}: ${why}\n`);
  }
  process.exitCode = outcomes.every(([, why]) => why === undefined) ? 0 : 1;
}

void main();
