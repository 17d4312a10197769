// What n8n's HTTP Request node does on the wire and with what comes back, with Node's built-in modules alone.
//
// It follows n8n's sources and captures of its requests (HTTP Request node 4.x on axios); names of n8n's own settings
// are kept. It shares no code with n8n, axios or the server.
import http from 'node:http';
import zlib from 'node:zlib';
import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

const AUTODETECT =
  'application/json,text/html,application/xhtml+xml,application/xml,text/*;q=0.9, image/*;q=0.8, */*;q=0.7';
const CODINGS = 'gzip, compress, deflate, br';

/** How the client presents itself: what it sends, and whether connections are kept. */
export const profiles = {
  // Since June 2025: an agent of its own for each request, hence `Connection: close`.
  current: { agent: () => new http.Agent(), headers: { Accept: AUTODETECT, 'User-Agent': 'n8n' } },
  // Before: the global agent, which keeps connections.
  older: { agent: () => http.globalAgent, headers: { Accept: AUTODETECT, 'User-Agent': 'axios/1.7.9' } },
  // A declarative community node whose defaults name a content type, which it sends without a body too.
  declarative: {
    agent: () => new http.Agent(),
    headers: { Accept: 'application/json', 'Content-Type': 'application/json', 'User-Agent': 'n8n' },
  },
};

/** One exchange, up to the head of the response; redirects are not followed. */
export function exchange(profile, method, url, { headers = {}, body, timeout = 300_000 } = {}) {
  const fields = { ...profile.headers, ...headers };
  let payload;
  if (body !== undefined) {
    payload = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
    fields['Content-Type'] ??= 'application/json';
    fields['Content-Length'] = payload.length;
  }
  fields['Accept-Encoding'] ??= CODINGS;
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method, headers: fields, agent: profile.agent() });
    const timer = setTimeout(() => request.destroy(new Error(`timeout of ${timeout}ms exceeded`)), timeout);
    request.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    request.on('response', (response) => {
      clearTimeout(timer);
      resolve({ request, response });
    });
    request.end(payload);
  });
}

/** The body, decoded as leniently as axios does: a gzip stream that is cut off by a clean end is no error to zlib. */
export function readBody(response) {
  const lenient = { flush: zlib.constants.Z_SYNC_FLUSH, finishFlush: zlib.constants.Z_SYNC_FLUSH };
  const brotli = {
    flush: zlib.constants.BROTLI_OPERATION_FLUSH,
    finishFlush: zlib.constants.BROTLI_OPERATION_FLUSH,
  };
  const coding = (response.headers['content-encoding'] ?? '').toLowerCase();
  let stream = response;
  if (['gzip', 'x-gzip', 'compress', 'x-compress', 'deflate'].includes(coding)) {
    delete response.headers['content-encoding'];
    stream = pipeline(response, zlib.createUnzip(lenient), () => {});
  } else if (coding === 'br') {
    delete response.headers['content-encoding'];
    stream = pipeline(response, zlib.createBrotliDecompress(brotli), () => {});
  }
  return new Promise((resolve, reject) => {
    const pieces = [];
    // A failure of the connection reaches the decoder's reader through the pipeline.
    stream.on('data', (piece) => pieces.push(piece));
    stream.on('error', reject);
    response.on('error', reject);
    response.on('aborted', () => reject(Object.assign(new Error('aborted'), { code: 'ECONNRESET' })));
    stream.on('end', () => resolve(Buffer.concat(pieces)));
  });
}

const FILES = /image\/|audio\/|video\/|application\/(octet-stream|gzip|zip|pdf|x-tar|x-7z-compressed)/;

/** The node itself with Response Format Autodetect: the item that it puts out. */
export async function httpRequestNode(profile, method, url, options = {}) {
  const { request, response } = await exchange(profile, method, url, options);
  const bytes = await readBody(response);
  const { statusCode, headers } = response;
  if ((statusCode < 200 || statusCode >= 300) && !options.neverError) {
    throw Object.assign(new Error(`${statusCode} - ${JSON.stringify(bytes.toString())}`), { statusCode });
  }
  const type = headers['content-type'] ?? '';
  let json;
  // The type is looked for as it came, in lower case only.
  if (type.includes('application/json')) {
    json = bytes.length === 0 ? {} : JSON.parse(bytes.toString());
  } else if (FILES.test(type)) {
    json = { binary: bytes };
  } else {
    json = { data: bytes.length === 0 ? undefined : bytes.toString() };
  }
  return { json, bytes, statusCode, headers, request, response };
}

/** The setting Retry On Fail, which also takes a 2xx with a top-level `error` for a failure. */
export async function retryOnFail(tries, milliseconds, call) {
  let attempts = 0;
  for (;;) {
    attempts += 1;
    try {
      const item = await call();
      const isSoftFailure = item.json?.error !== undefined;
      if (!isSoftFailure || attempts === tries) return { item, attempts };
    } catch (error) {
      if (attempts === tries) throw error;
    }
    await sleep(milliseconds);
  }
}

/** The setting Pagination with "Complete When: Other": asks until `isComplete`, and puts out every page. */
export async function paginate({ maxRequests = Infinity, requestInterval = 0 }, ask, isComplete) {
  const pages = [];
  let previous;
  let equal = 0;
  for (let pageCount = 0; pageCount < maxRequests; pageCount += 1) {
    const page = await ask(pageCount);
    pages.push(page);
    if (isComplete(page)) return pages;
    // The guard against servers that give the same page again and again.
    const length = page.headers['content-length'] ?? 0;
    const mark = page.headers.etag ?? createHash('md5').update(page.bytes).digest('base64');
    if (previous && previous.length === length && previous.mark === mark) equal += 1;
    else equal = 0;
    previous = { length, mark };
    if (equal > 2) throw new Error('The returned response was identical 5x, so requests got stopped');
    await sleep(requestInterval);
  }
  return pages;
}
