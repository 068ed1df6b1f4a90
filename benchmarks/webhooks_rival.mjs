// A queue of jobs and a good HTTP client, as one would build deliveries with them: pg-boss on
// PostgreSQL and undici, the same bodies, the same signature. Driven by benchmarks/webhooks.py:
//   node webhooks_rival.mjs POSTGRES_URL RECEIVER_ORIGIN CA_FILE
// reads lines "cost LANES EVENTS" and "isolation", answers each with a line of JSON.
import { createHmac, randomBytes, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const tools = createRequire(new URL("../.tools/package.json", import.meta.url));
const { PgBoss } = await import(pathToFileURL(tools.resolve("pg-boss")));
const { Pool } = tools("undici");

const [database, origin, authority] = process.argv.slice(2);
const secret = randomBytes(32);
const body = `[{"data":"${"x".repeat(680)}"}]`;
const client = new Pool(origin, {
  connections: 64, headersTimeout: 750, bodyTimeout: 750, connect: { ca: readFileSync(authority) },
});
// An address whose host is a folder is none that URL understands.
const [, user, , name, folder] = database.match(
  /^postgres(?:ql)?:\/\/(?:([^@/]*)@)?([^/?]*)\/([^?]*)(?:\?host=(.*))?$/);
const boss = new PgBoss(
  folder ? { host: folder, user, database: name } : { connectionString: database });
boss.on("error", (error) => console.error(String(error)));
await boss.start();
await boss.createQueue("deliveries");

async function deliver({ id, data }) {
  const at = Math.floor(Date.now() / 1000);
  const mac = createHmac("sha256", secret).update(`${id}.${at}.${data.body}`).digest("base64");
  try {
    const { statusCode, body: answer } = await client.request({
      path: data.path, method: "POST", body: data.body,
      headers: { "content-type": "application/json", "webhook-id": id,
        "webhook-timestamp": String(at), "webhook-signature": `v1,${mac}` },
    });
    await answer.dump();
    return statusCode;
  } catch {
    return 0;
  }
}

const micros = () => { const { user, system } = process.cpuUsage(); return user + system; };
const rounds = {
  // CPU of this process for each delivery, of jobs that wait already.
  async cost(lanes, events) {
    const jobs = [];
    for (let n = 0; n < lanes * events; n++)
      jobs.push({ id: randomUUID(), data: { path: `/lane/${n % lanes}`, body } });
    await boss.insert("deliveries", jobs);
    const begun = micros();
    for (let left = jobs.length; left > 0;) {
      const some = await boss.fetch("deliveries", { batchSize: 500 });
      await Promise.all(some.map(deliver));
      await boss.complete("deliveries", some.map((job) => job.id));
      left -= some.length;
    }
    return { micros: (micros() - begun) / jobs.length };
  },
  // Healthy endpoints while one of ten hangs: a pool of workers, as a shared queue has it.
  async isolation() {
    const took = [];
    let seen = 0;
    const work = async ([job]) => {
      const status = await deliver(job);
      if (!job.data.path.startsWith("/hang")) took.push(Date.now() - job.data.at);
      seen += 1;
      return status;
    };
    for (let n = 0; n < 64; n++)
      await boss.work("deliveries", { batchSize: 1, pollingIntervalSeconds: 0.5 }, work);
    for (let n = 0; n < 600; n++) {
      const lane = (n * 7) % 100;
      await boss.send("deliveries", { body, at: Date.now(),
        path: lane % 10 === 0 ? `/hang/${lane}` : `/well/${lane}` });
      await new Promise((next) => setTimeout(next, 5));
    }
    for (let waited = 0; seen < 600 && waited < 60; waited++)
      await new Promise((next) => setTimeout(next, 500));
    await boss.offWork("deliveries");
    took.sort((a, b) => a - b);
    return { count: took.length, p50: took[took.length >> 1], p99: took[Math.floor(took.length * 0.99)] };
  },
};

console.log("ready");
for await (const line of createInterface({ input: process.stdin })) {
  const [what, ...how] = line.split(" ");
  console.log(JSON.stringify(await rounds[what](...how.map(Number))));
}
await boss.stop({ graceful: false });
process.exit(0);
