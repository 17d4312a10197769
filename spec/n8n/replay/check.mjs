// Holds a server against what n8n expects of it: node check.mjs SERVER SCENARIO [PID]
//
// Exits with 0 when the scenario holds; the last line of standard error says what does not. The scenario `truncated`
// ends the server's process, PID.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { exchange, httpRequestNode, paginate, profiles, readBody, retryOnFail } from './client.mjs';
import { runWorkflow } from './workflow.mjs';

const [server, scenario, pid] = process.argv.slice(2);
const { current, older, declarative } = profiles;
const jobs = `${server}/api/jobs`;

async function submit(taskId, profile = current) {
  const item = await httpRequestNode(profile, 'POST', jobs, { body: { taskId } });
  assert.equal(item.statusCode, 202);
  return item.json;
}
const report = (taskId, body) => httpRequestNode(current, 'PATCH', `${jobs}/${taskId}`, { body });
const complete = (taskId, body, type = 'application/json') =>
  httpRequestNode(current, 'PUT', `${jobs}/${taskId}/result?complete=1`, {
    body: type === 'application/json' ? body : Buffer.from(body),
    headers: { 'Content-Type': type },
  });

/** Text of `length` bytes that does not compress well, always the same. */
function noise(length) {
  const bytes = Buffer.alloc(length);
  let state = 1;
  for (let index = 0; index < length; index += 1) {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    bytes[index] = 32 + ((state >> 16) % 90);
  }
  return bytes.toString().replace(/["\\]/g, ' ');
}

const scenarios = {
  /** A connection for each request; the server says that it closes, and does. */
  async current() {
    await submit('current');
    for (let count = 0; count < 200; count += 1) {
      const { request, response } = await exchange(current, 'GET', `${jobs}/current/status`);
      assert.equal(response.statusCode, 200);
      assert.equal(response.headers.connection, 'close');
      assert.equal(request.getHeader('connection') ?? 'close', 'close');
      assert.equal(request.reusedSocket, false);
      const closed = new Promise((resolve) => response.socket.on('close', resolve));
      assert.equal(JSON.parse((await readBody(response)).toString()).taskId, 'current');
      if (count === 0) await closed;
    }
    // A user who sets the header by hand on an agent that keeps connections must not be reset.
    for (let count = 0; count < 200; count += 1) {
      const item = await httpRequestNode(older, 'GET', `${jobs}/current/status`, { headers: { Connection: 'close' } });
      assert.equal(item.headers.connection, 'close');
    }
  },

  /** One connection for many requests. */
  async older() {
    await submit('older', older);
    for (let count = 0; count < 50; count += 1) {
      const item = await httpRequestNode(older, 'GET', `${jobs}/older/status`);
      assert.equal(item.json.status, 'queued');
      assert.equal(item.request.reusedSocket, true, `request ${count} has a connection of its own`);
      assert.notEqual(item.headers.connection, 'close');
    }
  },

  /** A content type without a body, and bodies where none belongs. */
  async bodies() {
    await submit('bodies');
    for (const path of ['', '/status', '/events?x']) {
      const method = path.startsWith('/events') ? 'HEAD' : 'GET';
      const { response } = await exchange(declarative, method, `${jobs}/bodies${path}`);
      assert.equal(response.statusCode, 200, path);
      response.resume();
    }
    const empty = await httpRequestNode(declarative, 'POST', jobs, { headers: { 'Content-Length': 0 } });
    assert.equal(empty.statusCode, 202);
    const withBody = await httpRequestNode(current, 'GET', `${jobs}/bodies/status`, { body: { any: 'thing' } });
    assert.equal(withBody.json.taskId, 'bodies');
    const cancelled = await httpRequestNode(declarative, 'POST', `${jobs}/bodies/cancel`, {
      headers: { 'Content-Length': 0 },
    });
    assert.equal(cancelled.json.message, 'Job cancelled successfully');
    const deleted = await httpRequestNode(current, 'DELETE', `${jobs}/bodies`, { body: { any: 'thing' } });
    assert.equal(deleted.json.message, 'Job deleted successfully');
    assert.equal((await httpRequestNode(declarative, 'DELETE', `${jobs}/bodies`)).statusCode, 200);
  },

  /** One coding, whole, with the length that goes over the wire; never one that n8n would not undo. */
  async compression() {
    const value = { text: noise(300_000), more: 'x'.repeat(300_000) };
    await submit('compression');
    await complete('compression', value);
    const { response } = await exchange(current, 'GET', `${jobs}/compression/result`);
    assert.equal(response.headers['content-encoding'], 'gzip');
    const length = response.headers['content-length'];
    let received = 0;
    response.on('data', (piece) => (received += piece.length));
    const body = await readBody(response);
    if (length !== undefined) assert.equal(Number(length), received);
    assert.deepEqual(JSON.parse(body.toString()).result, value);
    const plain = await httpRequestNode(current, 'GET', `${jobs}/compression/result`, {
      headers: { 'Accept-Encoding': 'zstd, br' },
    });
    assert.equal(plain.headers['content-encoding'], undefined);
    assert.deepEqual(plain.json.result, value);
  },

  /** What the node makes of each answer. */
  async types() {
    const queued = await submit('types');
    assert.ok(queued.statusUrl.startsWith(server), queued.statusUrl);
    await complete('types', 'a,b\n1,2\n', 'text/csv');
    assert.equal((await httpRequestNode(current, 'GET', queued.statusUrl)).json.done, true);
    assert.deepEqual((await httpRequestNode(current, 'GET', `${jobs}/types/result`)).json, { data: 'a,b\n1,2\n' });
    await submit('file');
    await complete('file', '%PDF-', 'application/pdf');
    assert.equal((await httpRequestNode(current, 'GET', `${jobs}/file/result`)).json.binary.toString(), '%PDF-');
    const error = await httpRequestNode(current, 'GET', `${jobs}/nobody/status`, { neverError: true });
    assert.deepEqual(error.json, { error: 'Job not found', taskId: 'nobody', code: 'unknownJob' });
    await assert.rejects(
      httpRequestNode(current, 'GET', `${jobs}/nobody/status`),
      (thrown) => thrown.statusCode === 404 && thrown.message.includes('Job not found'),
    );
    for (const path of ['/health', '/livez', '/api/jobs', '/api/jobs?ids%5B0%5D=types&ids%5B1%5D=nobody']) {
      assert.equal(typeof (await httpRequestNode(current, 'GET', server + path)).json, 'object');
    }
  },

  /** A failed job is no failed call: it is not asked for again. */
  async retries() {
    await submit('retries');
    await report('retries', { status: 'failed', failure: { text: 'The disk is full' } });
    const { item, attempts } = await retryOnFail(5, 1, () =>
      httpRequestNode(current, 'GET', `${jobs}/retries/status`),
    );
    assert.equal(attempts, 1);
    assert.equal(item.json.status, 'failed');
    assert.equal(item.json.message, 'The disk is full');
    assert.equal(item.json.progress, 0);
    // The rule itself works: with Never Error an error's body is asked for until the tries are used up.
    const soft = await retryOnFail(3, 1, () =>
      httpRequestNode(current, 'GET', `${jobs}/nobody/status`, { neverError: true }),
    );
    assert.equal(soft.attempts, 3);
  },

  /** Polling by pagination goes on while nothing changes, and ends with the job. */
  async pagination() {
    await submit('pagination');
    let asked = 0;
    const pages = await paginate(
      { maxRequests: 100, requestInterval: 5 },
      async (pageCount) => {
        asked += 1;
        if (asked === 30) await complete('pagination', { pages: 1 });
        return httpRequestNode(current, 'GET', `${jobs}/pagination/status?result=0&poll=${pageCount}`);
      },
      (page) => page.json.done,
    );
    assert.equal(pages.length, 30);
    assert.equal(pages.at(-1).json.status, 'completed');
    // The guard itself works: answers that are equal stop it after five, as they would have stopped the above.
    let equal = 0;
    await assert.rejects(
      paginate({}, () => ((equal += 1), httpRequestNode(current, 'GET', `${server}/livez`)), () => false),
      /identical 5x/,
    );
    assert.ok(equal <= 5);
  },

  /** Five hundred items at once, each on a connection of its own. */
  async burst() {
    await submit('burst');
    const items = await Promise.all(
      Array.from({ length: 500 }, () => httpRequestNode(current, 'GET', `${jobs}/burst/status`)),
    );
    assert.equal(items.filter((item) => item.json.taskId === 'burst').length, 500);
    const made = await Promise.all(
      Array.from({ length: 500 }, (_, index) => submit(`b${index}`)),
    );
    assert.equal(new Set(made.map((job) => job.taskId)).size, 500);
  },

  /** Waits end before a client loses patience. */
  async waits() {
    await submit('waits');
    const waiting = httpRequestNode(current, 'GET', `${jobs}/waits/status?wait=25`, { timeout: 10_000 });
    await sleep(200);
    await complete('waits', { done: 1 });
    assert.equal((await waiting).json.status, 'completed');
  },

  /** Events as an EventSource over fetch reads them. */
  async events() {
    await submit('events');
    const answer = await fetch(`${jobs}/events/events`, { headers: { Accept: 'text/event-stream' } });
    assert.equal(answer.headers.get('content-type'), 'text/event-stream');
    assert.equal(answer.headers.get('content-encoding'), null);
    await complete('events', { ok: true });
    const text = await answer.text();
    const events = text.split('\n\n').filter((event) => event.includes('data: '));
    assert.doesNotMatch(text, /^event:/m);
    const last = events.at(-1);
    assert.equal(JSON.parse(last.match(/^data: (.*)$/m)[1]).status, 'completed');
    const again = await fetch(`${jobs}/events/events`, {
      headers: { Accept: 'text/event-stream', 'Last-Event-ID': last.match(/^id: (.*)$/m)[1] },
    });
    assert.equal(again.status, 204);
  },

  /** The workflows of the folder above: a job that completes, and one that fails. */
  async workflows() {
    for (const name of ['submit-poll-result', 'long-poll', 'pagination-poll']) {
      const file = new URL(`../${name}.json`, import.meta.url);
      const before = await httpRequestNode(current, 'GET', `${jobs}?type=demo`);
      const known = new Set(before.json.jobs.map((job) => job.taskId));
      /** Waits for the workflow's job, and works on it. */
      const work = async (end) => {
        let job;
        while (!job) {
          const { json } = await httpRequestNode(current, 'GET', `${jobs}?type=demo&status=queued`);
          job = json.jobs.find((one) => !known.has(one.taskId));
          await sleep(10);
        }
        known.add(job.taskId);
        await report(job.taskId, { progress: 50 });
        await sleep(600);
        await end(job.taskId);
        return job.taskId;
      };
      const visits = [];
      const settings = { server, haste: 10, visited: (node) => visits.push(node) };
      const [[result], id] = await Promise.all([
        runWorkflow(file, settings),
        work((taskId) => complete(taskId, { name })),
      ]);
      assert.equal(result.taskId, id);
      assert.deepEqual(result.result, { name });
      assert.equal(visits.at(-1), 'Result');
      await Promise.all([
        assert.rejects(runWorkflow(file, settings), (thrown) => thrown.isStop && thrown.message.endsWith(': No paper')),
        work((taskId) => report(taskId, { status: 'failed', failure: { text: 'No paper' } })),
      ]);
      assert.equal(visits.at(-1), 'Not completed');
    }
  },

  /** A body that breaks off is an error, with gzip too, where a clean end would be taken for a whole body. */
  async truncated() {
    const value = { text: noise(24_000_000) };
    await submit('truncated');
    await complete('truncated', value);
    const answers = await Promise.all(
      ['gzip', 'identity'].map((coding) =>
        exchange(current, 'GET', `${jobs}/truncated/result`, { headers: { 'Accept-Encoding': coding } }),
      ),
    );
    assert.deepEqual(
      answers.map(({ response }) => response.headers['content-encoding']),
      ['gzip', undefined],
    );
    process.kill(Number(pid), 'SIGKILL');
    // Both at once: a body that breaks off before it is read says so to nobody.
    await Promise.all(
      answers.map(({ response }) => assert.rejects(readBody(response), (thrown) => thrown.code === 'ECONNRESET')),
    );
  },
};

assert.ok(scenarios[scenario], `there is no scenario ${scenario}: ${Object.keys(scenarios).join(' ')}`);
await scenarios[scenario]();
process.exit(0);
