#!/usr/bin/env python3
"""A worker for Telltale in one file: version 1 of the update protocol over HTTP/2, with the `h2` package.

It is written to be read beside ../../update-protocol.md, and to be taken apart. Four parts, from the bottom up:

1. the codec: functions that make the bytes of each frame up, and a decoder for the frames down;
2. `Connection`: HTTP/2 over a plain socket, several streams, flow control respected, no threads;
3. `Job` and `Worker`: what is to be said, kept until the server has it, and what happens when a connection is lost;
4. the command, which does one made-up job and prints each frame that it receives as a line of JSON:

    python telltale_worker.py --server http://127.0.0.1:8080 --id demo-1 --type demo --steps 10 --result out.json

Needs Python 3.9 or newer and `pip install h2`. Clear text with prior knowledge only. Exit codes: 0 the job ended as
asked for, 1 the server refused something or ended the stream, 2 wrong usage, 3 no connection.
"""

import argparse
import collections
import hashlib
import json
import random
import selectors
import socket
import sys
import time
import urllib.parse

MEDIA_TYPE = "application/vnd.telltale.updates"
MAXIMUM_PROGRESS = 10_000
MAXIMUM_TEXT_DOWN = 1_024
ASSUMED_FRAME = 16_384  # What every server accepts; larger frames only after a welcome that allows them.

REASONS = {
    1: "unknown job", 2: "already finished", 3: "expired", 4: "attempt is over", 5: "bound elsewhere",
    6: "not allowed", 7: "malformed", 8: "malformed result", 9: "over quota",
}
STATES = {0: None, 1: "queued", 2: "processing", 3: "completed", 4: "failed", 5: "cancelled"}
STATE_AFTER = {"complete": 3, "fail": 4}
UNKNOWN_JOB, ALREADY_FINISHED, EXPIRED, ATTEMPT_IS_OVER, BOUND_ELSEWHERE, MALFORMED = 1, 2, 3, 4, 5, 7
ENDS_JOB = (UNKNOWN_JOB, ALREADY_FINISHED, EXPIRED, ATTEMPT_IS_OVER, BOUND_ELSEWHERE)
IS_BOUND = (ALREADY_FINISHED, ATTEMPT_IS_OVER, BOUND_ELSEWHERE)  # After these the handle still is.
WHOLE, GONE = 1, 2
RECEIVED, STOPPED, REFUSED = 0, 1, 2


# 1. The codec ---------------------------------------------------------------------------------------------------------

def integer(value):
    """Unsigned LEB128: seven bits a byte, the lowest first; the high bit says that another byte follows."""
    if not 0 <= value < 1 << 63:
        raise ValueError(f"{value} is not in 0 … 2^63 − 1")
    encoded = bytearray()
    while value >= 0x80:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def text(value):
    """Length in bytes, then UTF-8."""
    encoded = value.encode()
    return integer(len(encoded)) + encoded


def frame(kind, *fields):
    """A frame with a length: type, length of the payload, payload."""
    payload = b"".join(fields)
    return bytes([kind]) + integer(len(payload)) + payload


def hello(producer="", epoch=0, first_sequence=1, results_only=False):
    return frame(0x01, integer(1), integer(0), integer(1 if results_only else 0), text(producer), integer(epoch),
                 integer(first_sequence))


def bind(handle, task_id, attempt=0, create=False, share=False, type=None, ttl=None, stall=None,
         fail_when_stalled=False, labels=(), parent=None, result_ttl=None):
    """Names a job by `handle`. The flags say which fields follow, and the fields follow in the order of the flags."""
    flags = (1 if create else 0) | (2 if share else 0) | (32 if fail_when_stalled else 0)
    fields = []
    if type is not None:
        flags |= 4
        fields.append(text(type))
    if ttl is not None:
        flags |= 8
        fields.append(integer(ttl))
    if stall is not None:
        flags |= 16
        fields.append(integer(stall))
    if labels:
        flags |= 64
        fields.append(integer(len(labels)))
        fields += [text(key) + text(value) for key, value in labels]
    if parent is not None:
        flags |= 128
        fields.append(text(parent))
    if result_ttl is not None:
        flags |= 256
        fields.append(integer(result_ttl))
    return frame(0x02, integer(handle), text(task_id), integer(attempt), integer(flags), *fields)


def start(handle, attempt=0):
    return frame(0x03, integer(handle), integer(attempt))


def complete(handle, attempt=0):
    return frame(0x04, integer(handle), integer(attempt))


def fail(handle, attempt=0, code="", text_="", retryable=False):
    return frame(0x05, integer(handle), integer(attempt), integer(1 if retryable else 0), text(code), text(text_))


def retry(handle, attempt=0):
    return frame(0x06, integer(handle), integer(attempt))


def result_begin(transfer, task_id, media_type, attempt=0, coding=0, offset=0, name=""):
    return frame(0x07, integer(transfer), text(task_id), integer(attempt), integer(coding), integer(offset),
                 text(media_type), text(name))


def result_bytes(transfer, data):
    return frame(0x08, integer(transfer), data)


def result_end(transfer, length, sha256=None):
    return frame(0x09, integer(transfer), integer(length), b"\x01" + sha256 if sha256 else b"\x00")


def cancel_answer(handle, answer):
    return frame(0x0A, integer(handle), integer(answer))


def unbind(handle):
    return frame(0x0B, integer(handle))


def flush():
    return frame(0x0C)


def goodbye():
    return frame(0x0D)


def update(handle, attempt=None, progress=None, units=None, unit=None, step=None, note=None):
    """One report about one job, without a length. What is None is left out; with nothing at all it is a heartbeat."""
    kind, fields = 0x80, []
    if attempt is not None:
        kind |= 0x20
        fields.append(integer(attempt))
    if progress is not None:
        kind |= 0x01
        fields.append(integer(progress))
    if units is not None:
        kind |= 0x02
        fields.append(integer(units[0]) + integer(units[1]))
    if unit is not None:
        kind |= 0x04
        fields.append(text(unit))
    if step is not None:
        kind |= 0x08
        fields.append(integer(step[0]) + integer(step[1]) + text(step[2]))
    if note is not None:
        kind |= 0x10
        fields.append(text(note))
    return bytes([kind]) + integer(handle) + b"".join(fields)


def run(entries):
    """The progress of many jobs: pairs of handle and progress, the handles not descending."""
    encoded, before = [b"\x40", integer(len(entries))], 0
    for handle, progress in entries:
        encoded.append(integer(handle - before) + integer(progress))
        before = handle
    return b"".join(encoded)


def dense_run(first, progresses):
    """The progress of the handles `first`, `first` + 1 and so on, two bytes each, the lower first."""
    return (b"\x41" + integer(len(progresses)) + integer(first)
            + b"".join(progress.to_bytes(2, "little") for progress in progresses))


class ProtocolError(Exception):
    """The stream from the server cannot go on; `code` as in the section on errors of the specification."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


class Fields:
    """Reads the fields of one payload in order; bytes after the last known field belong to a later version."""

    def __init__(self, payload):
        self.payload = payload
        self.position = 0

    def integer(self, width=63):
        try:
            value, self.position = read_integer(self.payload, self.position)
        except ProtocolError as error:
            raise ProtocolError(7, str(error)) from error
        if value is None or value >= 1 << width:
            raise ProtocolError(7, "an integer is missing or out of range")
        return value

    def text(self):
        length = self.integer()
        end = self.position + length
        if length > MAXIMUM_TEXT_DOWN or end > len(self.payload):
            raise ProtocolError(7, "a text is too long")
        try:
            value = self.payload[self.position:end].decode()
        except UnicodeDecodeError as error:
            raise ProtocolError(7, "a text is not UTF-8") from error
        self.position = end
        return value

    def more(self):
        return self.position < len(self.payload)


def read_integer(data, position):
    """(value, position after it), or (None, position) when the data end within it."""
    value = 0
    for index in range(9):
        if position + index >= len(data):
            return None, position
        byte = data[position + index]
        value |= (byte & 0x7F) << 7 * index
        if byte < 0x80:
            return value, position + index + 1
    raise ProtocolError(1, "an integer is longer than nine bytes")


class Decoder:
    """Takes the frames down out of bytes that may be cut anywhere; each frame is a dictionary."""

    KINDS = range(0x10, 0x19)

    def __init__(self, maximum_frame=65_536):
        self.maximum_frame = maximum_frame
        self.buffer = bytearray()
        self.is_open = False
        self.is_over = False

    def feed(self, data):
        """Yields each frame that is whole. Raises ProtocolError when the stream cannot go on."""
        self.buffer += data
        while self.buffer and not self.is_over:
            kind = self.buffer[0]
            if not self.is_open and kind not in (0x10, 0x17, 0x18):
                raise ProtocolError(4, "the first frame is not a welcome")
            if kind not in self.KINDS and kind & 0xE0 != 0x20:
                raise ProtocolError(3, "a frame of an unknown mandatory type")
            if self.is_open and kind == 0x10:
                raise ProtocolError(4, "a second welcome")
            length, begin = read_integer(self.buffer, 1)
            if length is None:
                return
            if length > self.maximum_frame:
                raise ProtocolError(2, "a frame above the limit")
            if len(self.buffer) < begin + length:
                return
            payload = bytes(self.buffer[begin:begin + length])
            del self.buffer[:begin + length]
            self.is_open = True
            if kind in self.KINDS:
                yield self.read(kind, Fields(payload))
            else:
                yield {"frame": "skipped", "type": kind}

    def finish(self):
        """Called at the end of the body."""
        if not self.is_open and not self.buffer:
            raise ProtocolError(4, "the body ended without a frame")
        if self.buffer and not self.is_over:
            raise ProtocolError(6, "the body ended inside a frame")

    def read(self, kind, fields):
        if kind == 0x10:
            major, minor, flags = fields.integer(32), fields.integer(32), fields.integer()
            return {"frame": "welcome", "major": major, "minor": minor, "ephemeral": bool(flags & 1),
                    "resumed": bool(flags & 2), "epoch": fields.integer(), "maxFrame": fields.integer(32),
                    "maxHandles": fields.integer(32), "maxText": fields.integer(32),
                    "heartbeat": fields.integer(32), "boot": fields.integer()}
        if kind == 0x11:
            known = {"frame": "acknowledgement", "applied": fields.integer()}
            if fields.more():
                known["durable"] = fields.integer()
            return known
        if kind == 0x12:
            known = {"frame": "refusal", "sequence": fields.integer(), "reason": fields.integer(8),
                     "state": fields.integer(8), "attempt": fields.integer(32)}
            subject, number = fields.integer(8), fields.integer(32)
            if subject in (1, 2):
                known["handle" if subject == 1 else "transfer"] = number
            known["detail"] = fields.text()
            return known
        if kind == 0x13:
            return {"frame": "cancel", "handle": fields.integer(32), "deadline": fields.integer(32),
                    "reason": fields.text()}
        if kind == 0x14:
            return {"frame": "result state", "transfer": fields.integer(32), "held": fields.integer(),
                    "state": fields.integer(8)}
        if kind == 0x15:
            return {"frame": "expired", "handle": fields.integer(32)}
        if kind == 0x16:
            return {"frame": "slow down", "milliseconds": fields.integer(32)}
        if kind == 0x17:
            return {"frame": "goodbye", "reason": fields.integer(8), "retryAfter": fields.integer(32)}
        self.is_over = True
        return {"frame": "error", "code": fields.integer(8), "sequence": fields.integer(), "text": fields.text()}


# 2. HTTP/2 ------------------------------------------------------------------------------------------------------------

class Away(Exception):
    """There is no connection, or it was lost."""


class Stream:
    """One `POST /v1/updates`: bytes up, frames down."""

    def __init__(self, number):
        self.number = number
        self.decoder = Decoder()
        self.frames = []  # Received and not yet looked at.
        self.status = None
        self.body = b""  # Of an answer that is not 200, for people.
        self.has_ended = False
        self.said_goodbye = False


class Connection:
    """One HTTP/2 connection. Everything happens inside `write`, `wait` and `pump`, on the caller's thread."""

    def __init__(self, server, token=None, timeout=30.0):
        import h2.config
        import h2.connection
        import h2.events
        import h2.exceptions

        self.events = h2.events
        self.Broken = h2.exceptions.ProtocolError
        self.timeout = timeout
        self.token = token
        parts = urllib.parse.urlsplit(server)
        if parts.scheme != "http" or not parts.hostname:
            raise Away(f"{server}: only http://HOST:PORT is spoken here")
        self.authority = parts.netloc
        try:
            self.socket = socket.create_connection((parts.hostname, parts.port or 80), timeout=timeout)
        except OSError as error:
            raise Away(f"{server}: {error}") from error
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.socket, selectors.EVENT_READ)
        self.http = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True, header_encoding="utf-8"))
        self.http.initiate_connection()
        self.streams = {}
        self.is_over = False
        self.flush()

    def open(self):
        """A new stream; its headers go out, its body stays open."""
        stream = Stream(self.http.get_next_available_stream_id())
        headers = [(":method", "POST"), (":scheme", "http"), (":authority", self.authority), (":path", "/v1/updates"),
                   ("content-type", MEDIA_TYPE)]
        if self.token:
            headers.append(("authorization", f"Bearer {self.token}"))
        self.http.send_headers(stream.number, headers)
        self.streams[stream.number] = stream
        self.flush()
        return stream

    def write(self, stream, data, end=False):
        """Sends `data`, and waits for the server's windows where they are closed, reading meanwhile. Once the server
        has ended the stream nothing is sent any more: what it has to say stands in its last frames."""
        view = memoryview(data)
        while len(view) and not stream.has_ended:
            window = self.window(stream)
            if window <= 0:
                self.pump(self.timeout, f"stream {stream.number} waited for its flow control window")
                continue
            self.http.send_data(stream.number, bytes(view[:window]))
            view = view[window:]
            self.flush()
        if end and not stream.has_ended:
            self.http.end_stream(stream.number)
            self.flush()

    def window(self, stream):
        """How many bytes the server's windows, the stream's and the connection's, and its largest frame allow now."""
        return min(self.http.local_flow_control_window(stream.number), self.http.max_outbound_frame_size)

    def wait(self, stream):
        """The next frame of `stream`, or None when its body has ended."""
        while not stream.frames and not stream.has_ended:
            self.pump(self.timeout, f"no frame came on stream {stream.number}")
        return stream.frames.pop(0) if stream.frames else None

    def pump(self, timeout, complaint=None):
        """Reads once, for at most `timeout` seconds, and answers what HTTP/2 wants answered."""
        if not self.selector.select(timeout):
            if complaint:
                raise Away(f"{complaint} for {timeout:g} s")
            return
        try:
            data = self.socket.recv(65_536)
        except OSError as error:
            raise Away(f"the connection was lost: {error}") from error
        if not data:
            raise Away("the server closed the connection")
        try:
            events = self.http.receive_data(data)
        except self.Broken as error:
            self.flush()
            raise Away(f"the connection is over: {error}") from error
        for event in events:
            self.handle(event)
        self.flush()

    def handle(self, event):
        events = self.events
        stream = self.streams.get(getattr(event, "stream_id", None))
        if isinstance(event, events.ConnectionTerminated):
            # h2 takes and sends nothing any more after GOAWAY, so that this is the end of every stream.
            self.is_over = True
            for stream in self.streams.values():
                stream.has_ended = True
        elif stream is None:
            return
        elif isinstance(event, events.ResponseReceived):
            stream.status = int(dict(event.headers)[":status"])
        elif isinstance(event, events.DataReceived):
            # What was read is at once given back to the windows: frames down are small and are looked at soon.
            self.http.acknowledge_received_data(event.flow_controlled_length, stream.number)
            if stream.status == 200:
                stream.frames += stream.decoder.feed(event.data)
            else:
                stream.body += event.data
        elif isinstance(event, events.StreamEnded):
            stream.has_ended = True
            if stream.status == 200:
                stream.decoder.finish()
        elif isinstance(event, events.StreamReset):
            stream.has_ended = True

    def flush(self):
        data = self.http.data_to_send()
        if data:
            try:
                self.socket.sendall(data)
            except OSError as error:
                raise Away(f"the connection was lost: {error}") from error

    def close(self):
        if not self.is_over:
            try:
                self.http.close_connection()
                self.flush()
            except (Away, self.Broken):
                pass  # It is gone already.
        self.socket.close()


# 3. The worker --------------------------------------------------------------------------------------------------------

class Ended(Exception):
    """The stream is over, and coming back would not help."""


class Refused(Exception):
    """The server refused an item: `refusal` is the frame."""

    def __init__(self, refusal, what):
        state = STATES.get(refusal["state"])
        super().__init__(f"{what} was refused: {REASONS.get(refusal['reason'], REASONS[MALFORMED])}"
                         + (f" (the job is {state})" if state else "")
                         + (f": {refusal['detail']}" if refusal["detail"] else ""))
        self.refusal = refusal


class Entry:
    """One item that the server does not have for good."""

    def __init__(self, what, **values):
        self.what = what  # The name of the function that makes its bytes.
        self.values = values
        self.sequence = None  # None until it is sent.
        self.was_sent = False  # On a former stream.


class Job:
    """One job, by its handle. What it has to say stands in its outbox, oldest first, until the server has it for good.
    So after a loss everything that may be lost is still there, and the rule of section 9.3 is: number it again."""

    def __init__(self, worker, handle, task_id, attempt=0, **options):
        self.worker = worker
        self.handle = handle
        self.task_id = task_id
        self.attempt = attempt
        self.options = options
        self.outbox = [Entry("bind")]
        self.latest = {}  # The last value of each field of this attempt, for a server that has forgotten everything.
        self.has_started = False
        self.cancel = None  # The frame, when somebody cancelled the job.
        self.error = None  # Why nothing more is to be said of it.
        self.is_over = False

    @property
    def is_wanted(self):
        """Looked at now and then by whoever does the job."""
        return self.cancel is None and not self.is_over

    def report(self, **values):
        """Progress in basis points, units (done, total), unit, step (index, total, name), note; what is left out stays
        as it is. Of values that wait, for their turn or for the connection, only the last is sent."""
        if not self.is_wanted:
            return
        self.latest.update(values)
        if values.keys() & {"progress", "units", "step"}:
            self.has_started = True
        if self.outbox and self.outbox[-1].what == "update" and self.outbox[-1].sequence is None:
            self.outbox[-1].values.update(values)
        else:
            self.outbox.append(Entry("update", **values))

    def start(self):
        self.has_started = True
        self.say("start")

    def complete(self):
        self.say("complete", "unbind")

    def fail(self, code="", words="", retryable=False):
        self.say(Entry("fail", code=code, text_=words, retryable=retryable), "unbind")

    def retry(self, attempt):
        """Begins the attempt `attempt`. It must be named: "one more" would be another one each time it is sent."""
        if attempt <= self.attempt:
            raise ValueError("a retry names an attempt greater than the present one")
        self.attempt = attempt
        self.latest = {}
        self.has_started = False
        self.say(Entry("retry", attempt=attempt))

    def answer_cancel(self, answer):
        """STOPPED, or REFUSED when the work goes on regardless."""
        self.say(Entry("cancel_answer", answer=answer), "unbind")

    def unbind(self):
        """Lets go of a job that another worker is to go on with."""
        self.say("unbind")

    def say(self, *entries):
        if not self.is_over:
            self.outbox += [Entry(entry) if isinstance(entry, str) else entry for entry in entries]

    def finish(self, error=None, is_bound=False):
        """Nothing is to be said of this job any more. A handle that the server still has bound is free only when it has
        the unbind: what comes down before may yet be about this job."""
        self.is_over = True
        self.error = self.error or error
        self.outbox = [Entry("unbind")] if is_bound else []
        if not is_bound:
            self.worker.forget(self)

    def resume(self, server_forgot):
        """Makes the outbox what a new stream needs: the bind, what is not acknowledged, and no more than counts."""
        begun = max((index for index, entry in enumerate(self.outbox) if entry.what == "retry"), default=-1)
        known = [entry for entry in self.outbox[max(begun, 0):] if entry.what != "bind"]
        if known and all(entry.what == "unbind" for entry in known):
            self.finish()
            return
        if server_forgot and begun < 0:
            known[:0] = ([Entry("start")] if self.has_started else []) + [Entry("update", **self.latest)]
        self.outbox = [Entry("bind")]
        for entry in known:
            entry.was_sent = entry.was_sent or entry.sequence is not None
            entry.sequence = None
            if entry.what == "update" and self.outbox[-1].what == "update":
                self.outbox[-1].values.update(entry.values)
            else:
                self.outbox.append(entry)

    def encode(self, entry):
        if entry.what == "bind":
            return bind(self.handle, self.task_id, self.attempt, **self.options)
        return globals()[entry.what](self.handle, **entry.values)

    def refuse(self, entry, refusal):
        reason, state = refusal["reason"], refusal["state"]
        if self.is_over:
            if entry.what == "unbind":
                self.finish()
            return
        if reason == ALREADY_FINISHED:
            # It ended before the connection was lost, the way it was meant to, and only the answer did not arrive.
            meant = [STATE_AFTER[known.what] for known in self.outbox if known.was_sent and known.what in STATE_AFTER]
            if state in meant:
                self.finish(is_bound=entry.what != "bind")
                return
        is_cancelled = reason == ALREADY_FINISHED and STATES.get(state) == "cancelled" and entry.what == "update"
        error = Refused(refusal, f"{self.task_id}: {entry.what}")
        if is_cancelled or entry.what != "bind" and reason not in ENDS_JOB:
            # The cancel is on its way down and says why; or there is a defect, of this one item.
            self.outbox.remove(entry)
            if not is_cancelled:
                self.error = self.error or error
            return
        self.finish(error, is_bound=entry.what != "bind" and reason in IS_BOUND)


class Worker:
    """One producer: one connection, a stream of updates and one for each result. It has no threads: things happen in
    `work`, `settle`, `send_result` and `close`. Call one of them more often than the server's heartbeat, as a rule 10 s.
    `received` is called with every frame, before the worker acts on it."""

    def __init__(self, server, producer="", token=None, received=lambda stream, frame: None, interval=0.02,
                 patience=30.0):
        self.server = server
        self.producer = producer
        self.token = token
        self.received = received
        self.interval = interval  # Between two rounds of updates, in seconds; what comes meanwhile becomes one.
        self.patience = patience  # How long to try to come back.
        self.jobs = {}  # By handle.
        self.free = []  # Handles that a job has had and none has now.
        self.sent = collections.deque()  # (job, entry) by sequence number, until the server has them for good.
        self.sequence = 0  # Of the last item.
        self.connection = None
        self.welcome = None
        self.is_open = False
        self.failures = 0
        self.retry_after = 0.0
        self.retry_at = 0.0
        self.away_since = None
        self.quiet_until = 0.0  # The end of the last slow down.
        self.updates_at = 0.0  # When the next round of updates is due.
        self.said = self.heard = time.monotonic()
        self.connect()

    def job(self, task_id, **options):
        """Takes up a job. Options are those of `bind`: attempt, create, share, type, ttl, stall, fail_when_stalled,
        labels, parent, result_ttl. Name the attempt where it is known: then no older one can pass for a newer one."""
        handle = self.free.pop() if self.free else len(self.jobs)
        job = self.jobs[handle] = Job(self, handle, task_id, **options)
        return job

    def forget(self, job):
        if self.jobs.get(job.handle) is job:
            del self.jobs[job.handle]
            self.free.append(job.handle)

    # Working

    def work(self, timeout=0.0, until=lambda: False):
        """Sends what waits and takes what comes, for `timeout` seconds or until the condition holds; None: no limit."""
        end = None if timeout is None else time.monotonic() + timeout
        while not until():
            try:
                self.turn(0.0 if end is None else end)
            except Away as error:
                self.lost(error)
            if end is not None and time.monotonic() >= end:
                return

    def turn(self, end):
        """One round: connect if it is time to, or send, wait a little for the socket, and take the frames."""
        now = time.monotonic()
        wait = max(0.0, min(end - now, 0.1)) if end else 0.1
        if self.connection is None:
            if now < self.retry_at:
                time.sleep(min(wait, self.retry_at - now))
                return
            self.connect()
        self.send()
        waiting = self.is_open and any(entry.sequence is None for job in self.jobs.values() for entry in job.outbox)
        self.connection.pump(min(wait, self.interval) if waiting else wait)
        self.take_all()
        self.send()

    def settle(self, job=None):
        """Works until the server has everything for good, of one job or of all."""
        self.work(None, until=lambda: not any(known.outbox for known in ([job] if job else list(self.jobs.values()))))

    def close(self):
        """Waits until the server has everything, says goodbye, and reads what it still has to say."""
        if self.is_open:
            self.write(flush())
        self.settle()
        if self.is_open:
            self.leave()
        try:
            while self.connection and not self.stream.has_ended:
                self.connection.pump(self.patience, "the server did not end the stream")
                self.take_all()
        except Away:
            pass  # It had everything.
        self.drop()

    # The connection

    def connect(self):
        self.connection = Connection(self.server, self.token)
        self.stream = self.connection.open()
        # Nothing else is sent before the welcome: only it says what the server has, and how much it takes.
        self.connection.write(self.stream, hello(self.producer, self.welcome["epoch"] if self.welcome else 0,
                                                 self.sequence + 1))
        self.heard = time.monotonic()

    def drop(self):
        if self.connection:
            self.connection.close()
        self.connection = None
        self.is_open = False

    def lost(self, error):
        """Connects again after a while that grows, and differs from worker to worker."""
        self.drop()
        now = time.monotonic()
        self.away_since = self.away_since or now
        if now - self.away_since > self.patience:
            raise error
        delay = min(0.1 * 2 ** self.failures, 30.0) * random.uniform(0.5, 1.0)
        self.failures += 1
        self.retry_at = now + max(delay, self.retry_after)
        self.retry_after = 0.0

    # Frames down

    def take_all(self):
        stream = self.stream
        while stream.frames:
            self.heard = time.monotonic()
            self.take(stream.frames.pop(0))
        if stream.has_ended:
            self.check(stream)
            if self.is_open or not stream.said_goodbye:
                raise Away("the server ended the stream")
            if self.jobs:
                self.lost(Away("the server said goodbye"))
        heartbeat = self.welcome["heartbeat"] / 1_000 if self.welcome else 0
        if self.is_open and heartbeat:
            # A flush is a sign of life to the server, and its acknowledgement one to the worker.
            now = time.monotonic()
            if now - self.said > heartbeat / 2:
                self.write(flush())
                if now - self.heard > 3 * heartbeat:
                    raise Away("the server is silent")

    def check(self, stream):
        if stream.status == 503:
            self.retry_after = 1.0
        elif stream.status not in (None, 200):
            raise Ended(f"the server answered {stream.status} {stream.body.decode(errors='replace')}".strip())

    def take(self, frame):
        self.received("updates", frame)
        kind = frame["frame"]
        job = self.jobs.get(frame.get("handle"))
        if kind == "welcome":
            server_forgot = bool(self.welcome) and self.welcome["boot"] != frame["boot"] and frame["ephemeral"]
            self.welcome = frame
            if not frame["resumed"]:  # Otherwise the server says next what of the former stream it has.
                self.opened(server_forgot)
        elif kind == "acknowledgement":
            self.failures, self.away_since = 0, None
            settled = frame["applied"] if self.welcome["ephemeral"] else frame.get("durable", 0)
            while self.sent and self.sent[0][1].sequence <= settled:
                self.settled(*self.sent.popleft())
            if not self.is_open and not self.stream.said_goodbye:
                self.opened(False)
        elif kind == "refusal":
            for item in self.sent:
                if item[1].sequence == frame["sequence"]:
                    self.sent.remove(item)
                    item[0].refuse(item[1], frame)
                    break
        elif kind == "cancel" and job and job.is_wanted:
            job.cancel = frame
            job.outbox = [entry for entry in job.outbox if entry.sequence is not None]
            job.say(Entry("cancel_answer", answer=RECEIVED))
        elif kind == "expired" and job:
            job.finish(Refused({"reason": EXPIRED, "state": 0, "detail": ""}, job.task_id))
        elif kind == "slow down":
            self.quiet_until = time.monotonic() + frame["milliseconds"] / 1_000
        elif kind == "goodbye":
            self.retry_after = frame["retryAfter"] / 1_000
            if self.is_open:
                self.leave()
        elif kind == "error":
            # 11 (too slow), 12 (internal) and what a later version adds may pass; the others would repeat themselves.
            raise (Ended if frame["code"] <= 10 else Away)(f"error {frame['code']}: {frame['text']}")

    def opened(self, server_forgot):
        """The stream is welcome: every job is bound again, and what the server does not have follows."""
        self.is_open = True
        self.sent.clear()
        for job in list(self.jobs.values()):
            job.resume(server_forgot)

    @staticmethod
    def settled(job, entry):
        """The server has this item for good."""
        if entry in job.outbox:
            job.outbox.remove(entry)
            if entry.what == "unbind":
                job.finish()

    # Frames up

    def write(self, *frames):
        self.sequence += len(frames)
        self.said = time.monotonic()
        self.connection.write(self.stream, b"".join(frames))

    def send(self, everything=False):
        """Sends what waits, as far as the server's window goes: behind a closed one, and while the server has asked to
        slow down, values stay in the outboxes, and the newer take the place of the older."""
        now = time.monotonic()
        holds_updates = not everything and now < max(self.quiet_until, self.updates_at)
        progress, has_updates = [], False
        for job in list(self.jobs.values()):
            for entry in job.outbox:
                if not self.is_open or self.connection.window(self.stream) <= 0:
                    break
                if entry.sequence is not None:
                    continue
                if entry.what == "update":
                    if holds_updates:
                        break
                    has_updates = True
                    if entry is job.outbox[-1] and entry.values.keys() == {"progress"}:
                        progress.append((job, entry))
                        continue
                self.number((job, entry))
                self.write(job.encode(entry))
        if has_updates:
            self.updates_at = now + self.interval
        self.send_progress(sorted(progress, key=lambda item: item[0].handle))

    def number(self, *items):
        for offset, (_, entry) in enumerate(items, 1):
            entry.sequence = self.sequence + offset
        self.sent.extend(items)

    def send_progress(self, items):
        """Progress alone travels in runs: two bytes a job where the handles are consecutive, three or so elsewhere."""
        most = self.welcome["maxFrame"] if self.welcome else ASSUMED_FRAME
        sparse = []
        while items:
            length = 1
            while length < min(len(items), most) and items[length][0].handle == items[0][0].handle + length:
                length += 1
            part, items = items[:length], items[length:]
            if length < 4:
                sparse += part
            else:
                self.write_run(part, dense_run(part[0][0].handle, [entry.values["progress"] for _, entry in part]))
        for begin in range(0, len(sparse), most):
            part = sparse[begin:begin + most]
            self.write_run(part, run([(job.handle, entry.values["progress"]) for job, entry in part]))

    def write_run(self, items, data):
        """A run takes a number for each of its entries."""
        self.number(*items)
        self.sequence += len(items) - 1
        self.write(data)

    def leave(self):
        """Sends what waits, says goodbye and ends the body; the server answers on until it has nothing more to say."""
        self.send(everything=True)
        self.write(goodbye())
        self.stream.said_goodbye = True
        self.is_open = False
        self.connection.write(self.stream, b"", end=True)

    # Results (section 10)

    def send_result(self, job, source, media_type, name="", coding=0):
        """Sends a result on a stream of its own, so that it holds up no update, until the server has it whole.
        `source()` gives the coded bytes from the beginning, in pieces, each time that it is called."""
        sent = 0
        while True:
            self.work(None, until=lambda: self.is_open or not job.is_wanted)
            try:
                stream = self.connection.open()
                begin = result_begin(1, job.task_id, media_type, job.attempt, coding, sent, name)
                self.connection.write(stream, hello(self.producer, results_only=True) + begin)
                # With an offset the server says from which byte on it wants the rest; else nothing is waited for.
                start = self.result_state(stream)["held"] if sent else 0
                digest, length = hashlib.sha256(), 0
                for piece in source():
                    digest.update(piece)
                    for position in range(max(start - length, 0), len(piece), ASSUMED_FRAME):
                        self.connection.write(stream, result_bytes(1, piece[position:position + ASSUMED_FRAME]))
                        sent = min(length + position + ASSUMED_FRAME, length + len(piece))
                        self.beside(stream, job)
                    length += len(piece)
                self.connection.write(stream, result_end(1, length, digest.digest()) + goodbye(), end=True)
                while self.result_state(stream)["state"] != WHOLE:
                    self.beside(stream, job)
                return
            except Away as error:
                self.lost(error)

    def beside(self, stream, job):
        """What else there is to do while a result is on its way."""
        self.connection.pump(0.0)
        self.take_all()
        self.send()
        while stream.frames and stream.frames[0]["frame"] != "result state":
            self.take_result(stream.frames.pop(0))
        if not job.is_wanted:
            raise Ended(f"{job.task_id}: nobody wants its result any more")

    def result_state(self, stream):
        """The next result state; what else comes down is looked at before."""
        while True:
            frame = self.connection.wait(stream)
            if frame is None:
                self.check(stream)
                raise Away("the stream of the result ended early")
            self.take_result(frame)
            if frame["frame"] == "result state":
                return frame

    def take_result(self, frame):
        self.received("result", frame)
        if frame["frame"] == "refusal":
            raise Refused(frame, "the result")
        if frame["frame"] == "error":
            raise (Ended if frame["code"] <= 10 else Away)(f"error {frame['code']}: {frame['text']}")
        if frame["frame"] == "result state" and frame["state"] == GONE:
            raise Ended("the server gave the result up")


# 4. The command -------------------------------------------------------------------------------------------------------

def main(arguments=None):
    parser = argparse.ArgumentParser(description="Does one made-up job and reports it to a Telltale server.")
    parser.add_argument("--server", default="http://127.0.0.1:8080", help="http://HOST:PORT")
    parser.add_argument("--token", help="sent as a bearer token")
    parser.add_argument("--producer", default="", help="the name of this worker")
    parser.add_argument("--id", help="the task id")
    parser.add_argument("--type", help="the kind of work")
    parser.add_argument("--label", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--ttl", type=int, metavar="SECONDS", help="the job's life from its creation")
    parser.add_argument("--attempt", type=int, default=0, help="0: the present one")
    parser.add_argument("--share", action="store_true", help="report beside the job's present owner")
    parser.add_argument("--no-create", action="store_true", help="the job must exist")
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--delay", type=float, default=0.0, metavar="SECONDS", help="between two steps")
    parser.add_argument("--result", metavar="FILE", help="sent as the job's result")
    parser.add_argument("--media-type", default="application/octet-stream")
    parser.add_argument("--name", default="", help="the result's file name")
    parser.add_argument("--fail", nargs=2, metavar=("CODE", "TEXT"), help="fail instead of completing")
    parser.add_argument("--wait-for-cancel", action="store_true", help="after the steps, wait to be cancelled")
    parser.add_argument("--patience", type=float, default=30.0, metavar="SECONDS", help="how long to try to come back")
    parser.add_argument("--check-vectors", metavar="FOLDER", help="check the codec against test vectors; no server")
    options = parser.parse_args(arguments)
    if options.check_vectors:
        return check_vectors(options.check_vectors)
    if not options.id:
        parser.error("--id is needed")

    def received(stream, frame):
        print(json.dumps({"stream": stream, **frame}, ensure_ascii=False), flush=True)

    try:
        worker = Worker(options.server, options.producer, options.token, received, patience=options.patience)
    except Away as error:
        print(error, file=sys.stderr)
        return 3
    try:
        job = do_job(worker, options)
        worker.close()
        if job.error:
            raise job.error
        return 0
    except Away as error:
        print(error, file=sys.stderr)
        return 3
    except (Ended, Refused, ProtocolError) as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        worker.drop()


def do_job(worker, options):
    """The life of one job, up to its last word."""
    job = worker.job(options.id, attempt=options.attempt, create=not options.no_create, share=options.share,
                     type=options.type, ttl=options.ttl,
                     labels=[tuple(label.partition("=")[::2]) for label in options.label])
    job.start()
    for number in range(1, options.steps + 1):
        if not job.is_wanted:
            break
        job.report(progress=MAXIMUM_PROGRESS * number // options.steps, units=(number, options.steps), unit="steps",
                   step=(number, options.steps, f"step {number}"))
        worker.work(options.delay)
    worker.work(None, until=lambda: all(entry.what != "start" for entry in job.outbox))
    while options.wait_for_cancel and job.is_wanted:
        job.report()
        worker.work(1.0, until=lambda: not job.is_wanted)
    if job.cancel:
        # Somebody cancelled the job: that it is known has been said, now that it has stopped.
        job.answer_cancel(STOPPED)
    elif job.is_wanted:
        if options.result:
            # A job that completes takes the result that is whole by then: so the result first.
            worker.send_result(job, lambda: pieces(options.result), options.media_type, options.name)
        if options.fail:
            job.fail(*options.fail)
        else:
            job.complete()
    return job


def pieces(path):
    with open(path, "rb") as file:
        while piece := file.read(65_536):
            yield piece


# The codec against spec/test-vectors ----------------------------------------------------------------------------------

def check_vectors(folder):
    """Every frame up is written as its vector says, every stream down read, in one piece and byte by byte."""
    def load(name):
        with open(f"{folder}/{name}.json", encoding="utf-8") as file:
            return json.load(file)

    failures, count = [], 0
    for vector in load("integers")["vectors"]:
        count += 1
        data = bytes.fromhex(vector["hex"])
        try:
            value, _ = read_integer(data, 0)
            good = value == int(vector["value"]) if "value" in vector else value is None and "incomplete" in vector
        except ProtocolError:
            good = "tooLong" in vector
        if "value" in vector and vector.get("canonical", True):
            good = good and integer(int(vector["value"])) == data
        if not good:
            failures.append(f"integers: {vector['name']}")
    exchanges = [vector for name in ("exchange", "batch", "resumption") for vector in load(name)["vectors"]]
    for vector in load("up")["vectors"] + exchanges:
        kinds = {frame["frame"] for frame in vector["frames"]}
        if vector["direction"] == "up" and vector.get("canonical", True) and not kinds & {"malformed", "skipped"}:
            count += 1
            if b"".join(map(encode_vector, vector["frames"])).hex() != vector["hex"]:
                failures.append(f"up: {vector.get('name') or vector['about']}")
    # Steps that do not begin with a welcome follow one, like the vectors of down.json.
    streams = [(vector, "" if vector["frames"][0]["frame"] == "welcome" else load("down")["prelude"])
               for vector in exchanges]
    streams += [({**vector, "hex": "".join(part["hex"] for part in vector["parts"]),
                  "frames": [frame for part in vector["parts"] for frame in part["frames"]]}, "")
                for vector in load("splits")["vectors"]]
    streams += [(vector, load("down")["prelude"]) for vector in load("down")["vectors"]]
    streams += [(vector, load("errors")["preludes"]["down"]) for vector in load("errors")["vectors"]]
    for vector, prelude in streams:
        if vector["direction"] == "down":
            count += 1
            opening = vector.get("opening", False) or not prelude
            data = bytes.fromhex(("" if opening else prelude) + vector["hex"])
            expected = vector["frames"], vector.get("error", {}).get("code")
            for step in (max(len(data), 1), 1):
                frames, code = decode_vector(data, step)
                if (frames if opening else frames[1:], code) != expected:
                    failures.append(f"down: {vector.get('name') or vector['about']}")
                    break
    for failure in failures:
        print(failure, file=sys.stderr)
    print(f"{count - len(failures)} of {count} vectors pass")
    return 1 if failures else 0


def decode_vector(data, step):
    decoder, frames, code = Decoder(), [], None
    try:
        for position in range(0, len(data), step):
            for decoded in decoder.feed(data[position:position + step]):
                frames.append({key: str(value) if type(value) is int and value > 1 << 53 else value
                               for key, value in decoded.items()})
        decoder.finish()
    except ProtocolError as error:
        code = error.code
    return frames, code


def encode_vector(frame):
    number = lambda key: int(frame[key])  # noqa: E731 - integers above 2^53 are written as text.
    encoders = {
        "hello": lambda: hello(frame["producer"], number("epoch"), number("firstSequence"), frame["resultsOnly"]),
        "bind": lambda: bind(frame["handle"], frame["taskId"], frame["attempt"], frame["create"], frame["share"],
                             frame.get("type"), frame.get("ttl"), frame.get("stall"), frame["failWhenStalled"],
                             frame["labels"], frame.get("parent"), frame.get("resultTtl")),
        "update": lambda: update(frame["handle"], frame.get("attempt"), frame.get("progress"),
                                 [int(value) for value in frame["units"]] if "units" in frame else None,
                                 frame.get("unit"), list(frame["step"].values()) if "step" in frame else None,
                                 frame.get("note")),
        "run": lambda: run(frame["entries"]),
        "dense run": lambda: dense_run(frame["first"], frame["progress"]),
        "start": lambda: start(frame["handle"], frame["attempt"]),
        "complete": lambda: complete(frame["handle"], frame["attempt"]),
        "retry": lambda: retry(frame["handle"], frame["attempt"]),
        "fail": lambda: fail(frame["handle"], frame["attempt"], frame["code"], frame["text"], frame["retryable"]),
        "result begin": lambda: result_begin(frame["transfer"], frame["taskId"], frame["mediaType"], frame["attempt"],
                                             frame["coding"], number("offset"), frame["name"]),
        "result bytes": lambda: result_bytes(frame["transfer"], bytes.fromhex(frame["bytes"])),
        "result end": lambda: result_end(frame["transfer"], number("length"),
                                         bytes.fromhex(frame["sha256"]) if "sha256" in frame else None),
        "cancel answer": lambda: cancel_answer(frame["handle"], frame["answer"]),
        "unbind": lambda: unbind(frame["handle"]),
        "flush": flush,
        "goodbye": goodbye,
    }
    return encoders[frame["frame"]]()


if __name__ == "__main__":
    sys.exit(main())
