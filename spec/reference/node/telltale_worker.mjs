#!/usr/bin/env node
/**
 * A worker for Telltale in one file: version 1 of the update protocol over `node:http2`, nothing else needed.
 *
 * It is written to be read beside ../../update-protocol.md, whose sections it names, and to be taken apart. Four parts:
 *
 * 1. the codec: functions that make the bytes of each frame up, and a decoder for the frames down;
 * 2. `Job`: what a worker has to say about one job, kept until the server has it;
 * 3. `Worker`: the connection, its streams, and what happens when it is lost;
 * 4. the command, which does one made-up job and prints each frame that it receives as a line of JSON:
 *
 *     node telltale_worker.mjs --server http://127.0.0.1:8080 --id demo-1 --type demo --steps 10 --result out.json
 *
 * Needs Node 18 or newer. `http:` is HTTP/2 in clear text with prior knowledge, `https:` over TLS. Exit codes: 0 the
 * job ended as asked for, 1 the server refused something or ended the stream, 2 wrong usage, 3 no connection.
 */

import { createHash } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { createReadStream, readFileSync, realpathSync } from 'node:fs';
import http2 from 'node:http2';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

export const MEDIA_TYPE = 'application/vnd.telltale.updates';
const MAXIMUM_PROGRESS = 10_000;
const MAXIMUM_TEXT_DOWN = 1_024;
const REASONS = ['', 'unknown job', 'already finished', 'expired', 'attempt is over', 'bound elsewhere', 'not allowed',
  'malformed', 'malformed result', 'over quota'];
const STATES = ['', 'queued', 'processing', 'completed', 'failed', 'cancelled'];
const [COMPLETED, FAILED, CANCELLED] = [3, 4, 5];
const [UNKNOWN_JOB, ALREADY_FINISHED, EXPIRED, ATTEMPT_IS_OVER, BOUND_ELSEWHERE] = [1, 2, 3, 4, 5];
const ENDS_JOB = [UNKNOWN_JOB, ALREADY_FINISHED, EXPIRED, ATTEMPT_IS_OVER, BOUND_ELSEWHERE];
const IS_BOUND = [ALREADY_FINISHED, ATTEMPT_IS_OVER, BOUND_ELSEWHERE]; // After these the handle still is.
const MALFORMED = 7;
const ANSWERS = { received: 0, stopped: 1, refused: 2 };
const [OPEN, WHOLE, GONE] = [0, 1, 2];

// 1. The codec (sections 3 to 7) --------------------------------------------------------------------------------------

/** Unsigned LEB128: seven bits a byte, the lowest first; the high bit says that another byte follows. */
export function integer(value) {
  let rest = BigInt(value);
  if (rest < 0n || rest >= 1n << 63n) throw new RangeError(`${value} is not in 0 to 2^63 - 1`);
  const bytes = [];
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

/** Length in bytes, then UTF-8. */
function text(value) {
  const bytes = Buffer.from(value);
  return Buffer.concat([integer(bytes.length), bytes]);
}

/** A frame with a length: type, length of the payload, payload. */
function frame(type, ...fields) {
  const payload = Buffer.concat(fields);
  return Buffer.concat([Buffer.of(type), integer(payload.length), payload]);
}

/** Every frame up, from the names that the test vectors use (test-vectors/README.md); absent fields may be left out. */
export const encode = {
  hello: ({ resultsOnly, producer = '', epoch = 0, firstSequence = 1 }) =>
    frame(0x01, integer(1), integer(0), integer(resultsOnly ? 1 : 0), text(producer), integer(epoch),
      integer(firstSequence)),

  /** The flags say which fields follow, and the fields follow in the order of the flags. */
  bind({ handle, taskId, attempt = 0, create, share, type, ttl, stall, failWhenStalled, labels = [], parent,
    resultTtl }) {
    let flags = (create ? 0x01 : 0) | (share ? 0x02 : 0) | (failWhenStalled ? 0x20 : 0);
    const fields = [];
    const field = (bit, isThere, ...bytes) => isThere && (flags |= bit, fields.push(...bytes));
    field(0x04, type !== undefined, text(type ?? ''));
    field(0x08, ttl !== undefined, integer(ttl ?? 0));
    field(0x10, stall !== undefined, integer(stall ?? 0));
    field(0x40, labels.length > 0, integer(labels.length), ...labels.flat().map(text));
    field(0x80, parent !== undefined, text(parent ?? ''));
    field(0x100, resultTtl !== undefined, integer(resultTtl ?? 0));
    return frame(0x02, integer(handle), text(taskId), integer(attempt), integer(flags), ...fields);
  },

  start: ({ handle, attempt = 0 }) => frame(0x03, integer(handle), integer(attempt)),
  complete: ({ handle, attempt = 0 }) => frame(0x04, integer(handle), integer(attempt)),
  retry: ({ handle, attempt = 0 }) => frame(0x06, integer(handle), integer(attempt)),
  fail: ({ handle, attempt = 0, retryable, code = '', text: words = '' }) =>
    frame(0x05, integer(handle), integer(attempt), integer(retryable ? 1 : 0), text(code), text(words)),

  'result begin': ({ transfer, taskId, attempt = 0, coding = 0, offset = 0, mediaType, name = '' }) =>
    frame(0x07, integer(transfer), text(taskId), integer(attempt), integer(coding), integer(offset), text(mediaType),
      text(name)),
  'result bytes': ({ transfer, bytes }) => frame(0x08, integer(transfer), bytes),
  'result end': ({ transfer, length, sha256 }) =>
    frame(0x09, integer(transfer), integer(length), ...(sha256 ? [integer(1), sha256] : [integer(0)])),

  'cancel answer': ({ handle, answer }) => frame(0x0a, integer(handle), integer(answer)),
  unbind: ({ handle }) => frame(0x0b, integer(handle)),
  flush: () => frame(0x0c),
  goodbye: () => frame(0x0d),

  /** One report about one job, without a length; its type says which fields follow. With none it is a heartbeat. */
  update({ handle, attempt, progress, units, unit, step, note }) {
    let type = 0x80;
    const fields = [integer(handle)];
    const field = (bit, ...bytes) => (type |= bit, fields.push(...bytes));
    if (attempt !== undefined) field(0x20, integer(attempt));
    if (progress !== undefined) field(0x01, integer(progress));
    if (units !== undefined) field(0x02, integer(units[0]), integer(units[1]));
    if (unit !== undefined) field(0x04, text(unit));
    if (step !== undefined) field(0x08, integer(step.index), integer(step.total), text(step.name));
    if (note !== undefined) field(0x10, text(note));
    return Buffer.concat([Buffer.of(type), ...fields]);
  },

  /** The progress of many jobs: pairs of handle and progress, the handles not descending. */
  run({ entries }) {
    let before = 0;
    const pairs = entries.flatMap(([handle, progress]) => {
      const delta = handle - before;
      before = handle;
      return [integer(delta), integer(progress)];
    });
    return Buffer.concat([Buffer.of(0x40), integer(entries.length), ...pairs]);
  },

  /** The progress of the handles `first`, `first` + 1 and so on, two bytes each, the lower first. */
  'dense run': ({ first, progress }) =>
    Buffer.concat([Buffer.of(0x41), integer(progress.length), integer(first),
      ...progress.map((value) => Buffer.of(value & 0xff, value >> 8))]),
};

/** The stream from the server cannot go on; `code` as in section 11.2. */
export class ProtocolError extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/** The integer at `position` as a big integer, and the position after it; undefined when the data end within it. */
export function readInteger(data, position) {
  let value = 0n;
  for (let index = 0; index < 9; index += 1) {
    if (position + index >= data.length) return undefined;
    const byte = data[position + index];
    value |= BigInt(byte & 0x7f) << BigInt(7 * index);
    if (byte < 0x80) return { value, end: position + index + 1 };
  }
  throw new ProtocolError(1, 'an integer is longer than nine bytes');
}

/** Reads the fields of one payload in order; bytes after the last known field belong to a later version. */
class Fields {
  #utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

  constructor(payload) {
    this.payload = payload;
    this.position = 0;
  }

  get hasMore() {
    return this.position < this.payload.length;
  }

  /** A 63-bit integer, as a big integer: epochs, boots and sequence numbers do not fit into a double. */
  long() {
    let read;
    try {
      read = readInteger(this.payload, this.position);
    } catch (error) {
      throw new ProtocolError(7, error.message);
    }
    if (!read) throw new ProtocolError(7, 'a field is missing');
    this.position = read.end;
    return read.value;
  }

  number(width = 32) {
    const value = this.long();
    if (value >= 1n << BigInt(width)) throw new ProtocolError(7, 'an integer is out of range');
    return Number(value);
  }

  text() {
    const length = this.long();
    if (length > MAXIMUM_TEXT_DOWN || this.position + Number(length) > this.payload.length) {
      throw new ProtocolError(7, 'a text is too long');
    }
    const bytes = this.payload.subarray(this.position, this.position += Number(length));
    try {
      return this.#utf8.decode(bytes);
    } catch {
      throw new ProtocolError(7, 'a text is not UTF-8');
    }
  }
}

const decode = {
  0x10(fields) {
    const [major, minor, flags] = [fields.number(), fields.number(), fields.long()];
    return { frame: 'welcome', major, minor, ephemeral: (flags & 1n) !== 0n, resumed: (flags & 2n) !== 0n,
      epoch: fields.long(), maxFrame: fields.number(), maxHandles: fields.number(), maxText: fields.number(),
      heartbeat: fields.number(), boot: fields.long() };
  },
  0x11: (fields) => ({ frame: 'acknowledgement', applied: fields.long(),
    ...(fields.hasMore ? { durable: fields.long() } : {}) }),
  0x12(fields) {
    const head = { frame: 'refusal', sequence: fields.long(), reason: fields.number(8), state: fields.number(8),
      attempt: fields.number() };
    const [kind, subject] = [fields.number(8), fields.number()];
    return { ...head, ...(kind === 1 ? { handle: subject } : kind === 2 ? { transfer: subject } : {}),
      detail: fields.text() };
  },
  0x13: (fields) => ({ frame: 'cancel', handle: fields.number(), deadline: fields.number(), reason: fields.text() }),
  0x14: (fields) => ({ frame: 'result state', transfer: fields.number(), held: fields.long(),
    state: fields.number(8) }),
  0x15: (fields) => ({ frame: 'expired', handle: fields.number() }),
  0x16: (fields) => ({ frame: 'slow down', milliseconds: fields.number() }),
  0x17: (fields) => ({ frame: 'goodbye', reason: fields.number(8), retryAfter: fields.number() }),
  0x18: (fields) => ({ frame: 'error', code: fields.number(8), sequence: fields.long(), text: fields.text() }),
};

/** Takes the frames down out of bytes that may be cut anywhere. */
export class Decoder {
  #buffer = Buffer.alloc(0);
  #isOpen = false;
  #isOver = false;

  constructor(maximumFrame = 65_536) {
    this.maximumFrame = maximumFrame;
  }

  /** Yields each frame that is whole. Throws a ProtocolError when the stream cannot go on. */
  * feed(data) {
    this.#buffer = Buffer.concat([this.#buffer, data]);
    while (this.#buffer.length > 0 && !this.#isOver) {
      const type = this.#buffer[0];
      if (!this.#isOpen && ![0x10, 0x17, 0x18].includes(type)) throw new ProtocolError(4, 'it is not a welcome');
      if (!(type in decode) && (type & 0xe0) !== 0x20) throw new ProtocolError(3, 'an unknown mandatory frame');
      if (this.#isOpen && type === 0x10) throw new ProtocolError(4, 'a second welcome');
      const length = readInteger(this.#buffer, 1);
      if (!length) return;
      if (length.value > this.maximumFrame) throw new ProtocolError(2, 'a frame above the limit');
      const end = length.end + Number(length.value);
      if (this.#buffer.length < end) return;
      const payload = this.#buffer.subarray(length.end, end);
      this.#buffer = this.#buffer.subarray(end);
      this.#isOpen = true;
      this.#isOver = type === 0x18; // Error is the last frame; what follows it is not looked at.
      yield type in decode ? decode[type](new Fields(payload)) : { frame: 'skipped', type };
    }
  }

  /** Called at the end of the body. */
  finish() {
    if (!this.#isOpen && this.#buffer.length === 0) throw new ProtocolError(4, 'the body ended without a frame');
    if (this.#buffer.length > 0 && !this.#isOver) throw new ProtocolError(6, 'the body ended inside a frame');
  }
}

// 2. The job ----------------------------------------------------------------------------------------------------------

/** The server refused an item: `refusal` is the frame. */
export class Refused extends Error {
  constructor(refusal, what = 'it') {
    const state = STATES[refusal.state];
    super(`${what} was refused: ${REASONS[refusal.reason] ?? REASONS[MALFORMED]}`
      + `${state ? ` (the job is ${state})` : ''}${refusal.detail ? `: ${refusal.detail}` : ''}`);
    this.refusal = refusal;
  }
}

/** The stream is over, and coming back would not help. */
export class Ended extends Error {}

/** The connection is lost; the worker connects again. */
class Away extends Error {}

/**
 * One job, by its handle. What it has to say stands in its outbox, oldest first, until the server has it for good. So
 * after a loss everything that may be lost is still there, and the rule of section 9.3 is: number it again and send it.
 */
export class Job {
  outbox = []; // Entries {what, values, sequence, wasSent, resolve, reject}; `sequence` is undefined until sent.
  latest = {}; // The last value of each field of this attempt, for a server that has forgotten everything.
  hasStarted = false;
  isOver = false;
  #ending = new AbortController();

  constructor(worker, handle, taskId, options) {
    Object.assign(this, { worker, handle, taskId, options, attempt: options.attempt ?? 0 });
    this.add('bind');
  }

  /** Aborts when the job is cancelled, expired or refused; its reason is the frame `cancel`, or an error. */
  get signal() {
    return this.#ending.signal;
  }

  /**
   * Progress in basis points, units [done, total], unit, step {index, total, name}, note: what is left out stays as it
   * is. It returns at once; of values that wait, for their turn or for the connection, only the last is sent.
   */
  report(values) {
    if (this.isOver || this.signal.aborted) return;
    const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
    Object.assign(this.latest, given);
    if (['progress', 'units', 'step'].some((field) => field in given)) this.hasStarted = true;
    const last = this.outbox.at(-1);
    if (last?.what === 'update' && last.sequence === undefined) Object.assign(last.values, given);
    else this.outbox.push({ what: 'update', values: given });
    this.worker.wantsToSend(this, true);
  }

  /** Each of these resolves when the server has it for good, and rejects with `Refused`. */
  start() {
    this.hasStarted = true;
    return this.add('start');
  }

  complete() {
    return this.#end('complete', {});
  }

  fail(code, words, retryable = false) {
    return this.#end('fail', { code, text: words, retryable });
  }

  /** Begins the attempt `attempt`. It must be named: "one more" would be another one each time that it is sent. */
  retry(attempt) {
    if (!(attempt > this.attempt)) throw new RangeError('a retry names an attempt greater than the present one');
    this.attempt = attempt;
    this.latest = {};
    this.hasStarted = false;
    return this.add('retry', { attempt });
  }

  /** After a cancel, of which `signal` told: 'stopped', or 'refused' when the work goes on regardless. */
  answerCancel(answer) {
    return this.#end('cancel answer', { answer: ANSWERS[answer] });
  }

  /** Lets go of a job that another worker is to go on with. */
  unbind() {
    return this.#end();
  }

  /** `open` returns the coded bytes from the beginning, as an iterable of buffers, each time that it is called. */
  sendResult(open, mediaType, { name = '', coding = 0 } = {}) {
    return this.worker.sendResult(this, open, { mediaType, name, coding });
  }

  add(what, values = {}) {
    const said = new Promise((resolve, reject) => this.outbox.push({ what, values, resolve, reject }));
    said.catch(() => {}); // Whoever does not wait for it learns of a refusal by `signal`.
    if (this.isOver) this.finish(new Ended(`${this.taskId}: the job is over`));
    else this.worker.wantsToSend(this);
    return said;
  }

  /** Says the last word, and frees the handle. */
  #end(what, values) {
    const said = what && this.add(what, values);
    const freed = this.add('unbind');
    return said ?? freed;
  }

  abort(reason) {
    this.#ending.abort(reason);
  }

  /**
   * Nothing is to be said of this job any more; what waits to be answered is, by `error` or as done. A handle that the
   * server still has bound is free only when it has the unbind: what comes down before may yet be about this job.
   */
  finish(error, isBound = false) {
    this.isOver = true;
    for (const { resolve, reject } of this.outbox.splice(0)) error ? reject?.(error) : resolve?.();
    if (error) this.abort(error);
    if (!isBound) return this.worker.forget(this);
    this.outbox.push({ what: 'unbind', values: {} });
    this.worker.wantsToSend(this);
  }

  /** Makes the outbox what a new stream needs: the bind, what is not acknowledged, and no more of it than counts. */
  resume(serverForgot) {
    const begun = this.outbox.findLastIndex(({ what }) => what === 'retry');
    const known = this.outbox.splice(0).filter(({ what }, index) => what !== 'bind' && index >= begun);
    if (known.length > 0 && known.every(({ what }) => what === 'unbind')) return this.finish();
    if (serverForgot && begun < 0) {
      known.unshift(...(this.hasStarted ? [{ what: 'start', values: {} }] : []),
        { what: 'update', values: { ...this.latest } });
    }
    this.outbox.push({ what: 'bind', values: {} });
    for (const entry of known) {
      const last = this.outbox.at(-1);
      entry.wasSent ||= entry.sequence !== undefined;
      entry.sequence = undefined;
      if (entry.what === 'update' && last.what === 'update') Object.assign(last.values, entry.values);
      else this.outbox.push(entry);
    }
    this.worker.wantsToSend(this);
  }

  encode({ what, values }) {
    const { handle, taskId, attempt } = this;
    return encode[what](what === 'bind' ? { ...this.options, handle, taskId, attempt } : { ...values, handle });
  }

  refuse(entry, refusal) {
    if (this.isOver) return entry.what === 'unbind' && this.finish();
    const error = new Refused(refusal, `${this.taskId}: ${entry.what}`);
    const ended = { complete: COMPLETED, fail: FAILED };
    if (refusal.reason === ALREADY_FINISHED) {
      // It ended before the connection was lost, the way it was meant to, and only the answer did not arrive.
      const meant = this.outbox.find(({ what, wasSent }) => wasSent && what in ended);
      if (meant && ended[meant.what] === refusal.state) return this.finish(undefined, entry.what !== 'bind');
    }
    const isCancelled = refusal.reason === ALREADY_FINISHED && refusal.state === CANCELLED && entry.what === 'update';
    if (isCancelled || (entry.what !== 'bind' && !ENDS_JOB.includes(refusal.reason))) {
      // The cancel is on its way down and says why; or there is a defect, of this one item.
      this.outbox.splice(this.outbox.indexOf(entry), 1);
      return entry.reject?.(error);
    }
    return this.finish(error, entry.what !== 'bind' && IS_BOUND.includes(refusal.reason));
  }
}

// 3. The worker -------------------------------------------------------------------------------------------------------

/**
 * One producer: one connection, a stream of updates and one for each result. Events: `frame` (stream, frame) for every
 * frame down, before the worker acts on it; `connected` and `away` for who wants to know; `ended` (error), when it is
 * over for good.
 */
export class Worker extends EventEmitter {
  #server;
  #options;
  #jobs = new Map(); // By handle.
  #free = []; // Handles that a job has had and none has now.
  #waiting = new Set(); // Jobs that have something to send.
  #sent = []; // [job, entry] in the order of their sequence numbers, until the server has them for good.
  #sequence = 0n; // Of the last item.
  #session;
  #stream; // Of updates.
  #isOpen = false;
  #isLeaving = false;
  #welcome;
  #failures = 0;
  #retryAfter = 0;
  #quietUntil = 0; // The end of the last slow down, in milliseconds.
  #heard = 0; // When the last bytes came down.
  #timer;
  #timerDue = Infinity;
  #heartbeat;
  #reconnect;
  #end;

  /** Options: `producer`, `token`, `interval` in milliseconds between two updates of a job, `tls` for node:tls. */
  constructor(server, options = {}) {
    super();
    this.#server = new URL(server);
    this.#options = { producer: '', interval: 20, ...options };
    this.closed = new Promise((resolve) => {
      this.#end = (error) => {
        if (this.ended !== undefined) return;
        this.ended = error ?? new Ended('the worker was closed');
        this.#drop();
        clearTimeout(this.#reconnect);
        clearTimeout(this.#timer);
        for (const job of [...this.#jobs.values()]) job.finish(this.ended);
        resolve();
        this.emit('ended', this.ended);
      };
    });
    this.#connect();
  }

  /**
   * Takes up a job. Options are those of bind: attempt, create, share, type, ttl, stall, failWhenStalled, labels,
   * parent, resultTtl. Name the attempt where it is known: then no older attempt can pass for a newer one.
   */
  job(taskId, options = {}) {
    const handle = this.#free.pop() ?? this.#jobs.size; // Without a gap every handle below that number is taken.
    const job = new Job(this, handle, taskId, options);
    this.#jobs.set(handle, job);
    if (this.ended) job.finish(this.ended);
    return job;
  }

  /** Ends at once; everything that waits is rejected with `error`. */
  stop(error) {
    this.#end(error);
  }

  /** Waits until the server has everything, says goodbye, and ends. After `timeout` milliseconds the rest is lost. */
  async close(timeout = 30_000) {
    const deadline = Date.now() + timeout;
    if (this.#isOpen) this.#send();
    if (this.#isOpen) this.#write('flush');
    while (!this.ended && Date.now() < deadline && [...this.#jobs.values()].some((job) => job.outbox.length > 0)) {
      await sleep(10);
    }
    if (this.#isOpen) this.#leave();
    const patience = setTimeout(() => this.#end(), Math.max(deadline - Date.now(), 1_000));
    this.isClosing = true;
    if (!this.#stream) this.#end();
    await this.closed;
    clearTimeout(patience);
  }

  // The connection ---------------------------------------------------------------------------------------------------

  #connect() {
    const session = http2.connect(this.#server, this.#options.tls);
    this.#session = session;
    session.on('error', (error) => this.#lost(session, error.message));
    session.on('close', () => this.#lost(session, 'the connection was closed'));
    const stream = this.#request((frame) => this.#take(frame), (reason) => {
      if (this.#session !== session) return;
      if (reason instanceof Ended || this.isClosing) this.#end(reason instanceof Ended ? reason : undefined);
      else this.#lost(session, reason?.message ?? 'the server ended the stream');
    });
    this.#stream = stream;
    stream.on('drain', () => this.#send());
    // Nothing else is sent before the welcome: only it says what the server has, and how much it takes.
    stream.write(encode.hello({ producer: this.#options.producer, epoch: this.#welcome?.epoch ?? 0,
      firstSequence: this.#sequence + 1n }));
  }

  /** Opens a stream. `ended` is called once, with an Ended where coming back would not help. */
  #request(take, ended) {
    const { token } = this.#options;
    const stream = this.#session.request({ ':method': 'POST', ':path': '/v1/updates', 'content-type': MEDIA_TYPE,
      ...(token ? { authorization: `Bearer ${token}` } : {}) }, { endStream: false });
    const decoder = new Decoder();
    let status;
    let words = '';
    let reason;
    stream.on('response', (headers) => {
      status = headers[':status'];
      this.#retryAfter = Number(headers['retry-after'] ?? 0) * 1_000;
    });
    stream.on('data', (data) => {
      this.#heard = Date.now();
      if (status !== 200) words += data;
      else if (!reason) {
        try {
          for (const frame of decoder.feed(data)) take(frame);
        } catch (error) {
          if (!(error instanceof ProtocolError || error instanceof Ended)) throw error;
          reason = new Ended(error.message);
          if (error instanceof ProtocolError) stream.close(http2.constants.NGHTTP2_PROTOCOL_ERROR);
        }
      }
    });
    stream.on('error', (error) => { reason ??= new Away(error.message); });
    stream.on('close', () => {
      if (status !== undefined && status !== 200 && status !== 503) {
        reason = new Ended(`the server answered ${status} ${words}`.trim());
      }
      ended(reason);
    });
    return stream;
  }

  #drop() {
    const session = this.#session;
    this.#session = this.#stream = undefined;
    this.#isOpen = this.#isLeaving = false;
    clearInterval(this.#heartbeat);
    session?.destroy();
  }

  /** Connects again after a while that grows, and differs from worker to worker. */
  #lost(session, reason) {
    if (this.#session !== session) return;
    this.#drop();
    if (this.ended !== undefined) return;
    if (this.isClosing) return this.#end();
    const growing = Math.min(100 * 2 ** this.#failures, 30_000);
    this.#failures += 1;
    const delay = Math.max(this.#retryAfter, growing * (0.5 + Math.random() / 2));
    this.#retryAfter = 0;
    this.emit('away', reason, this.#failures);
    if (this.ended === undefined) this.#reconnect = setTimeout(() => this.#connect(), delay);
  }

  // Frames down ------------------------------------------------------------------------------------------------------

  #take(frame) {
    this.emit('frame', 'updates', frame);
    const job = this.#jobs.get(frame.handle);
    switch (frame.frame) {
      case 'welcome': {
        const serverForgot = this.#welcome && this.#welcome.boot !== frame.boot && frame.ephemeral;
        this.#welcome = frame;
        // A server that resumes says next what of the former stream it has.
        if (!frame.resumed) this.#opened(serverForgot);
        break;
      }
      case 'acknowledgement': {
        this.#failures = 0;
        const settled = this.#welcome.ephemeral ? frame.applied : frame.durable ?? 0n;
        while (this.#sent.length > 0 && this.#sent[0][1].sequence <= settled) this.#settle(...this.#sent.shift());
        if (!this.#isOpen && !this.#isLeaving) this.#opened(false);
        break;
      }
      case 'refusal': {
        const index = this.#sent.findIndex(([, entry]) => entry.sequence === frame.sequence);
        if (index < 0) break;
        const [[refused, entry]] = this.#sent.splice(index, 1);
        refused.refuse(entry, frame);
        break;
      }
      case 'cancel':
        if (!job || job.signal.aborted) break;
        job.outbox = job.outbox.filter(({ sequence }) => sequence !== undefined);
        job.add('cancel answer', { answer: ANSWERS.received });
        job.abort(frame);
        break;
      case 'expired':
        job?.finish(new Refused({ reason: EXPIRED, state: 0, detail: '' }, job.taskId));
        break;
      case 'slow down':
        this.#quietUntil = Date.now() + frame.milliseconds;
        break;
      case 'goodbye':
        this.#retryAfter = frame.retryAfter;
        if (this.#isOpen) this.#leave();
        break;
      case 'error':
        // 11 (too slow), 12 (internal) and what a later version adds may pass; the others would repeat themselves.
        if (frame.code <= 10) throw new Ended(`error ${frame.code}: ${frame.text}`);
        break;
      default:
    }
  }

  /** The server has this item for good. */
  #settle(job, entry) {
    const index = job.outbox.indexOf(entry);
    if (index < 0) return;
    job.outbox.splice(index, 1);
    entry.resolve?.();
    if (entry.what === 'unbind') job.finish();
  }

  /** The stream is welcome: every job is bound again, and what the server does not have follows. */
  #opened(serverForgot) {
    this.#isOpen = true;
    this.#sent = [];
    this.#waiting.clear();
    for (const job of [...this.#jobs.values()]) job.resume(serverForgot);
    const { heartbeat } = this.#welcome;
    this.#heard = Date.now();
    if (heartbeat > 0) {
      // A flush is a sign of life to the server, and its acknowledgement one to the worker.
      this.#heartbeat = setInterval(() => {
        if (Date.now() - this.#heard > 3 * heartbeat) this.#lost(this.#session, 'the server is silent');
        else this.#write('flush');
      }, heartbeat / 2);
    }
    this.emit('connected', this.#welcome);
    this.#send();
  }

  // Frames up --------------------------------------------------------------------------------------------------------

  /** A job has something to say; an update may wait a little, so that many become one, or one run. */
  wantsToSend(job, mayWait = false) {
    this.#waiting.add(job);
    this.#schedule(mayWait ? this.#options.interval : 0);
  }

  forget(job) {
    this.#waiting.delete(job);
    if (this.#jobs.get(job.handle) !== job) return;
    this.#jobs.delete(job.handle);
    this.#free.push(job.handle);
  }

  #schedule(delay) {
    const due = Date.now() + delay;
    if (due >= this.#timerDue || this.ended) return;
    clearTimeout(this.#timer);
    this.#timerDue = due;
    this.#timer = setTimeout(() => this.#send(), delay);
  }

  #write(what, values = {}) {
    this.#sequence += 1n;
    this.#stream.write(encode[what](values));
  }

  #number(job, entry) {
    this.#sequence += 1n;
    entry.sequence = this.#sequence;
    this.#sent.push([job, entry]);
  }

  /**
   * Sends what waits, as far as the windows of HTTP/2 let it: while `writableNeedDrain` says that they are closed, or
   * the server has asked to slow down, values stay in the outboxes and the newer take the place of the older.
   */
  #send() {
    this.#timerDue = Infinity;
    const stream = this.#stream;
    const quiet = this.#quietUntil - Date.now();
    const progress = [];
    stream?.cork(); // So that many small frames leave in one piece.
    for (const job of [...this.#waiting]) {
      if (!this.#isOpen || this.#stream.writableNeedDrain) break;
      this.#waiting.delete(job);
      for (const [index, entry] of job.outbox.entries()) {
        if (entry.sequence !== undefined) continue;
        if (entry.what === 'update' && quiet > 0) {
          this.#waiting.add(job);
          break;
        }
        const isLast = index === job.outbox.length - 1;
        if (entry.what === 'update' && isLast && Object.keys(entry.values).join() === 'progress') {
          progress.push([job, entry]);
        } else {
          this.#number(job, entry);
          this.#stream.write(job.encode(entry));
        }
      }
    }
    if (progress.length > 0) this.#sendProgress(progress.sort(([a], [b]) => a.handle - b.handle));
    stream?.uncork();
    if (quiet > 0 && this.#waiting.size > 0) this.#schedule(quiet);
  }

  /** Progress alone travels in runs: two bytes a job where the handles follow each other, three or so elsewhere. */
  #sendProgress(items) {
    const most = this.#welcome.maxFrame;
    const sparse = [];
    const write = (part, frame) => {
      for (const [job, entry] of part) this.#number(job, entry);
      this.#stream.write(frame);
    };
    for (let begin = 0; begin < items.length;) {
      let end = begin + 1;
      const follows = () => end < items.length && items[end][0].handle === items[end - 1][0].handle + 1;
      while (end - begin < most && follows()) end += 1;
      const part = items.slice(begin, end);
      begin = end;
      if (part.length < 4) sparse.push(...part);
      else {
        const progress = part.map(([, { values }]) => values.progress);
        write(part, encode['dense run']({ first: part[0][0].handle, progress }));
      }
    }
    for (let begin = 0; begin < sparse.length; begin += most) {
      const part = sparse.slice(begin, begin + most);
      const entries = part.map(([job, { values }]) => [job.handle, values.progress]);
      write(part, part.length === 1 ? part[0][0].encode(part[0][1]) : encode.run({ entries }));
    }
  }

  /** Sends what waits, says goodbye and ends the body; the server answers on until it has nothing more to say. */
  #leave() {
    this.#quietUntil = 0;
    this.#send();
    this.#write('goodbye');
    this.#stream.end();
    this.#isOpen = false;
    this.#isLeaving = true;
    clearInterval(this.#heartbeat);
  }

  // Results (section 10) ---------------------------------------------------------------------------------------------

  /** Sends a result on a stream of its own, so that it holds up no update, until the server has it whole. */
  async sendResult(job, open, options) {
    for (let offset = 0n; ;) {
      while (!this.#isOpen) {
        if (this.ended) throw this.ended;
        await sleep(20);
      }
      const transfer = new Transfer();
      try {
        return await this.#transfer(transfer, job, open, { ...options, offset });
      } catch (error) {
        if (!(error instanceof Away)) throw error;
        offset = transfer.sent;
        await sleep(100);
      }
    }
  }

  async #transfer(transfer, job, open, { mediaType, name, coding, offset }) {
    const stream = this.#request((frame) => {
      this.emit('frame', 'result', frame);
      transfer.take(frame);
    }, (reason) => transfer.end(reason ?? new Away('the stream of the result ended early')));
    stream.on('drain', () => transfer.wake());
    stream.write(encode.hello({ producer: this.#options.producer, resultsOnly: true }));
    stream.write(encode['result begin']({ transfer: 1, taskId: job.taskId, attempt: job.attempt, coding, offset,
      mediaType, name }));
    // With an offset the server says from which byte on it wants the rest; without one there is nothing to wait for.
    if (offset > 0n) await transfer.until(() => transfer.held !== undefined);
    const from = offset > 0n ? transfer.held : 0n;
    const hash = createHash('sha256');
    const largest = (this.#welcome?.maxFrame ?? 16_384) - 1; // The transfer number takes one byte of the payload.
    for await (const chunk of open()) {
      hash.update(chunk);
      const begin = transfer.read;
      transfer.read += BigInt(chunk.length);
      let position = from > begin ? Number(from - begin) : 0;
      for (; position < chunk.length; position += largest) {
        // Backpressure: `write` says when the windows are closed, and no more is read from the source until they open.
        if (stream.writableNeedDrain) await transfer.until(() => !stream.writableNeedDrain);
        if (job.signal.aborted) transfer.outcome ??= new Ended(`${job.taskId}: nobody wants its result any more`);
        if (transfer.outcome) break;
        const bytes = chunk.subarray(position, position + largest);
        stream.write(encode['result bytes']({ transfer: 1, bytes }));
        transfer.sent = begin + BigInt(position + bytes.length);
      }
      if (transfer.outcome) break;
    }
    const end = { transfer: 1, length: transfer.read, sha256: hash.digest() };
    if (!transfer.outcome) stream.write(encode['result end'](end));
    stream.end(encode.goodbye());
    await transfer.until(() => transfer.state === WHOLE);
  }
}

/** What is known of a result on its way up. */
class Transfer {
  read = 0n; // From the source.
  sent = 0n; // How far the server may have got.
  held; // How much the server said it has, first of all.
  state = OPEN;
  outcome; // Why it will not become whole.
  #waiting = [];

  take(frame) {
    if (frame.frame === 'result state') {
      this.held ??= frame.held;
      this.state = frame.state;
      if (frame.state === GONE) this.outcome ??= new Ended('the server gave the result up');
    } else if (frame.frame === 'refusal') {
      this.outcome ??= new Refused(frame, 'the result');
    } else if (frame.frame === 'error') {
      this.outcome ??= new (frame.code > 10 ? Away : Ended)(`error ${frame.code}: ${frame.text}`);
    }
    this.wake();
  }

  end(reason) {
    if (this.state !== WHOLE) this.outcome ??= reason;
    this.wake();
  }

  wake() {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  async until(condition) {
    while (!condition()) {
      if (this.outcome) throw this.outcome;
      await new Promise((resolve) => { this.#waiting.push(resolve); });
    }
  }
}

const sleep = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

// 4. The command ------------------------------------------------------------------------------------------------------

const HELP = `node telltale_worker.mjs --server URL --id ID [options]: does one made-up job and reports it

  --server URL          http://HOST:PORT or https://HOST:PORT (http://127.0.0.1:8080)
  --token TOKEN         sent as a bearer token
  --producer NAME       the name of this worker
  --id ID               the task id
  --type TYPE           the kind of work
  --label KEY=VALUE     may be repeated
  --ttl SECONDS         the job's life from its creation
  --attempt N           (0: the present one)
  --share               report beside the job's present owner
  --no-create           the job must exist
  --steps N             (10)
  --delay SECONDS       between two steps (0)
  --result FILE         sent as the job's result
  --media-type TYPE     (application/octet-stream)
  --name NAME           the result's file name
  --fail CODE TEXT      fail instead of completing; TEXT is the first word that belongs to no option
  --wait-for-cancel     after the steps, wait to be cancelled
  --patience SECONDS    how long to try to come back (30)
  --check-vectors DIR   check the codec against test vectors; no server`;

async function main() {
  let parsed;
  try {
    const string = { type: 'string' };
    const flag = { type: 'boolean', default: false };
    parsed = parseArgs({
      allowPositionals: true,
      options: {
        server: { ...string, default: 'http://127.0.0.1:8080' }, token: string, producer: { ...string, default: '' },
        id: string, type: string, label: { ...string, multiple: true, default: [] },
        ttl: string, attempt: { ...string, default: '0' }, share: flag, 'no-create': flag,
        steps: { ...string, default: '10' },
        delay: { ...string, default: '0' },
        result: string, 'media-type': { ...string, default: 'application/octet-stream' },
        name: { ...string, default: '' }, fail: string, 'wait-for-cancel': flag, patience: { ...string, default: '30' },
        'check-vectors': string, help: flag,
      },
    });
  } catch (error) {
    console.error(error.message);
    return 2;
  }
  const options = { ...parsed.values, words: parsed.positionals[0] ?? '' };
  if (options['check-vectors']) return checkVectors(options['check-vectors']);
  if (options.help || !options.id) {
    console.error(HELP);
    return options.help ? 0 : 2;
  }

  const worker = new Worker(options.server, { producer: options.producer, token: options.token });
  let isAway = true;
  let awaySince = -Infinity; // Who was never connected does not try again.
  worker.on('frame', (stream, frame) => print({ stream, ...frame }));
  worker.on('connected', () => { isAway = false; });
  worker.on('away', (reason) => {
    console.error(`${options.server}: ${reason}`);
    if (!isAway) [isAway, awaySince] = [true, Date.now()];
    if (Date.now() - awaySince > Number(options.patience) * 1_000) {
      process.exitCode = 3;
      worker.stop(new Ended('no connection'));
    }
  });
  try {
    await doJob(worker, options);
    await worker.close();
    if (worker.ended.message !== 'the worker was closed') throw worker.ended;
    return 0;
  } catch (error) {
    if (!(error instanceof Refused || error instanceof Ended)) throw error;
    if (process.exitCode !== 3) console.error(error.message);
    await worker.close(5_000);
    return process.exitCode ?? 1;
  }
}

/** The life of one job. */
async function doJob(worker, options) {
  const job = worker.job(options.id, {
    attempt: Number(options.attempt), create: !options['no-create'], share: options.share, type: options.type,
    ttl: options.ttl === undefined ? undefined : Number(options.ttl),
    labels: options.label.map((label) => [label.split('=', 1)[0], label.slice(label.indexOf('=') + 1)]),
  });
  const started = job.start();
  const [steps, delay] = [Number(options.steps), Number(options.delay) * 1_000];
  for (let number = 1; number <= steps && !job.signal.aborted; number += 1) {
    job.report({ progress: Math.floor(MAXIMUM_PROGRESS * number / steps), units: [number, steps], unit: 'steps',
      step: { index: number, total: steps, name: `step ${number}` } });
    if (delay > 0) await sleep(delay);
  }
  await started;
  if (options['wait-for-cancel'] && !job.signal.aborted) {
    const alive = setInterval(() => job.report({}), 1_000);
    await new Promise((resolve) => { job.signal.addEventListener('abort', resolve, { once: true }); });
    clearInterval(alive);
  }
  if (job.signal.aborted) {
    // Somebody cancelled the job; that it is known has been said, now that it has stopped.
    if (job.signal.reason instanceof Error) throw job.signal.reason;
    return job.answerCancel('stopped');
  }
  // A job that completes takes the result that is whole by then: so the result first.
  if (options.result) {
    await job.sendResult(() => createReadStream(options.result), options['media-type'], { name: options.name });
  }
  return options.fail === undefined ? job.complete() : job.fail(options.fail, options.words);
}

/** As the test vectors write it: an integer above 2^53 is decimal text. */
function plain(key, value) {
  if (typeof value !== 'bigint') return value;
  return value > 1n << 53n ? String(value) : Number(value);
}

function print(frame) {
  console.log(JSON.stringify(frame, plain));
}

// The codec against spec/test-vectors ---------------------------------------------------------------------------------

/** Every frame up is written as its vector says; every stream down is read, in one piece and byte by byte. */
function checkVectors(folder) {
  const load = (name) => JSON.parse(readFileSync(`${folder}/${name}.json`, 'utf8'));
  const failures = [];
  let count = 0;
  const check = (file, vector, isGood) => {
    count += 1;
    if (!isGood) failures.push(`${file}: ${vector.name ?? vector.about}`);
  };

  for (const vector of load('integers').vectors) {
    const data = Buffer.from(vector.hex, 'hex');
    let kind = 'incomplete';
    let read;
    try {
      read = readInteger(data, 0);
      if (read) kind = 'value';
    } catch {
      kind = 'tooLong';
    }
    check('integers', vector, kind in vector && (kind !== 'value' || (read.value === BigInt(vector.value)
      && (vector.canonical === false || integer(read.value).equals(data)))));
  }
  for (const file of ['up', 'exchange', 'batch', 'resumption']) {
    for (const vector of load(file).vectors) {
      const isWritten = vector.frames.every(({ frame }) => frame in encode);
      if (vector.direction !== 'up' || vector.canonical === false || !isWritten) continue;
      check(file, vector, Buffer.concat(vector.frames.map(encodeVector)).toString('hex') === vector.hex);
    }
  }
  const { down: prelude } = load('errors').preludes;
  for (const file of ['down', 'errors', 'splits', 'exchange', 'batch', 'resumption']) {
    for (const vector of load(file).vectors) {
      if (vector.direction !== 'down') continue;
      const parts = vector.parts ?? [vector];
      // The parts of splits, and the steps of an exchange that opens with a welcome, stand alone.
      const isWhole = vector.opening || vector.parts || vector.frames[0]?.frame === 'welcome';
      const data = Buffer.from((isWhole ? '' : prelude) + parts.map(({ hex }) => hex).join(''), 'hex');
      const expected = JSON.stringify([parts.flatMap(({ frames }) => frames).map(sorted), vector.error?.code]);
      check(file, vector, [Math.max(data.length, 1), 1].every((step) => {
        const [frames, code] = decodeVector(data, step);
        const given = JSON.parse(JSON.stringify(isWhole ? frames : frames.slice(1), plain));
        return JSON.stringify([given.map(sorted), code]) === expected;
      }));
    }
  }
  for (const failure of failures) console.error(failure);
  console.log(`${count - failures.length} of ${count} vectors pass`);
  return failures.length > 0 ? 1 : 0;
}

function sorted(frame) {
  return Object.fromEntries(Object.entries(frame).sort());
}

function decodeVector(data, step) {
  const decoder = new Decoder();
  const frames = [];
  try {
    for (let position = 0; position < data.length; position += step) {
      for (const frame of decoder.feed(data.subarray(position, position + step))) frames.push(frame);
    }
    decoder.finish();
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return [frames, error.code];
  }
  return [frames, undefined];
}

function encodeVector(frame) {
  const bytes = (hex) => (hex === undefined ? undefined : Buffer.from(hex, 'hex'));
  return encode[frame.frame]({ ...frame, bytes: bytes(frame.bytes), sha256: bytes(frame.sha256) });
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  main().then((code) => { process.exitCode = code; });
}
