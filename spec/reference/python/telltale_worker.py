#!/usr/bin/env python3
"""A worker for Telltale in one file: version 1 of the update protocol over HTTP/2, with the `h2` package.

It is written to be read beside ../../update-protocol.md, and to be taken apart. Four parts, from the bottom up:

1. the codec: functions that make the bytes of each frame up, and a decoder for the frames down;
2. `Connection`: HTTP/2 over a plain socket, several streams, flow control respected, no threads;
3. `Worker`: one update stream and, when there is a result, a second stream for its bytes;
4. the command, which does one made-up job and prints each frame that it receives as a line of JSON:

    python telltale_worker.py --server http://127.0.0.1:8080 --id demo-1 --type demo --steps 10 --result out.json

Needs Python 3.9 or newer and `pip install h2`. Clear text with prior knowledge only. Exit codes: 0 the job ended as
asked for, 1 the server refused something or ended the stream, 2 wrong usage, 3 no connection.
"""

import argparse
import hashlib
import json
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
OPEN, WHOLE, GONE = 0, 1, 2
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
            window = min(self.http.local_flow_control_window(stream.number), self.http.max_outbound_frame_size)
            if window <= 0:
                self.pump(self.timeout, f"stream {stream.number} waited for its flow control window")
                continue
            self.http.send_data(stream.number, bytes(view[:window]))
            view = view[window:]
            self.flush()
        if end and not stream.has_ended:
            self.http.end_stream(stream.number)
            self.flush()

    def wait(self, stream, timeout=None):
        """The next frame of `stream`, or None when its body has ended (or `timeout` seconds have passed)."""
        end = time.monotonic() + (self.timeout if timeout is None else timeout)
        while not stream.frames and not stream.has_ended:
            left = end - time.monotonic()
            if left <= 0:
                if timeout is None:
                    raise Away(f"no frame on stream {stream.number} within {self.timeout:g} s")
                return None
            self.pump(left)
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
    """The server ended the stream, or never took it."""


class Worker:
    """One producer with one update stream. `received` is called with every frame, before the worker acts on it."""

    def __init__(self, connection, producer="", received=lambda stream, frame: None):
        self.connection = connection
        self.producer = producer
        self.received = received
        self.sequence = 0  # Of the last frame sent.
        self.applied = 0
        self.refusals = {}  # By sequence number.
        self.cancels = {}  # By handle.
        self.welcome = None
        self.stream = connection.open()
        connection.write(self.stream, hello(producer))

    def send(self, *frames):
        """Sends frames that take one sequence number each, and returns the number of the last."""
        self.sequence += len(frames)
        self.connection.write(self.stream, b"".join(frames))
        return self.sequence

    def take(self, frame):
        """Acts on one frame from the update stream."""
        self.received("updates", frame)
        kind = frame["frame"]
        if kind == "welcome":
            self.welcome = frame
        elif kind == "acknowledgement":
            self.applied = max(self.applied, frame["applied"])
        elif kind == "refusal":
            self.refusals[frame["sequence"]] = frame
        elif kind == "cancel":
            self.cancels[frame["handle"]] = frame
        elif kind == "error":
            raise Ended(f"error {frame['code']}: {frame['text']}")

    def poll(self, timeout=0.0):
        """Takes what is there; waits at most `timeout` seconds for the first frame."""
        frame = self.connection.wait(self.stream, timeout)
        while frame:
            self.take(frame)
            frame = self.connection.wait(self.stream, 0.0)
        self.check()

    def settle(self, sequence=None):
        """Waits until the server has applied or refused everything up to `sequence`; returns the refusals so far."""
        sequence = self.sequence if sequence is None else sequence
        while self.applied < sequence:
            frame = self.connection.wait(self.stream)
            if frame is None:
                self.check()
                raise Ended("the server ended the stream before it had acknowledged everything")
            self.take(frame)
        return self.refusals

    def check(self):
        if self.stream.has_ended and not self.stream.frames and self.stream.status != 200:
            words = self.stream.body.decode(errors="replace")
            raise Ended(f"the server answered {self.stream.status or 'with a reset'} {words}".strip())

    def send_result(self, task_id, data, media_type, name="", attempt=0):
        """Sends a result on a stream of its own, so that it holds up no update, and waits until the server has it
        whole. On this stream nothing else is sent, so the transfer is always number 1."""
        stream = self.connection.open()
        limit = self.welcome["maxFrame"] if self.welcome else ASSUMED_FRAME
        self.connection.write(stream, hello(self.producer, results_only=True))
        self.connection.write(stream, result_begin(1, task_id, media_type, attempt, name=name))
        piece = min(limit, 65_536) - 1  # The transfer number takes one byte of the payload.
        for position in range(0, len(data), piece):
            self.connection.write(stream, result_bytes(1, data[position:position + piece]))
        self.connection.write(stream, result_end(1, len(data), hashlib.sha256(data).digest()) + goodbye(), end=True)
        is_whole = False
        while True:
            frame = self.connection.wait(stream)
            if frame is None:
                break
            self.received("result", frame)
            if frame["frame"] == "error":
                raise Ended(f"error {frame['code']}: {frame['text']}")
            if frame["frame"] == "result state":
                is_whole = frame["state"] == WHOLE
        return is_whole

    def leave(self):
        """Says goodbye, and reads what the server still has to say."""
        self.send(goodbye())
        self.connection.write(self.stream, b"", end=True)
        while True:
            frame = self.connection.wait(self.stream)
            if frame is None:
                break
            self.take(frame)
        self.check()


# 4. The command -------------------------------------------------------------------------------------------------------

def main(arguments=None):
    parser = argparse.ArgumentParser(description="Does one made-up job and reports it to a Telltale server.")
    parser.add_argument("--server", default="http://127.0.0.1:8080", help="http://HOST:PORT")
    parser.add_argument("--token", help="sent as a bearer token")
    parser.add_argument("--producer", default="", help="the name of this worker")
    parser.add_argument("--id", help="the task id")
    parser.add_argument("--type", help="the kind of work")
    parser.add_argument("--label", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--attempt", type=int, default=0)
    parser.add_argument("--share", action="store_true", help="report beside the job's present owner")
    parser.add_argument("--no-create", action="store_true", help="the job must exist")
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--delay", type=float, default=0.0, metavar="SECONDS", help="between two steps")
    parser.add_argument("--result", metavar="FILE", help="sent as the job's result")
    parser.add_argument("--media-type", default="application/octet-stream")
    parser.add_argument("--name", default="", help="the result's file name")
    parser.add_argument("--fail", nargs=2, metavar=("CODE", "TEXT"), help="fail instead of completing")
    parser.add_argument("--wait-for-cancel", action="store_true", help="after the steps, wait to be cancelled")
    parser.add_argument("--check-vectors", metavar="FOLDER", help="check the codec against test vectors; no server")
    options = parser.parse_args(arguments)
    if options.check_vectors:
        return check_vectors(options.check_vectors)
    if not options.id:
        parser.error("--id is needed")

    def received(stream, frame):
        print(json.dumps({"stream": stream, **frame}, ensure_ascii=False), flush=True)

    try:
        connection = Connection(options.server, options.token)
    except Away as error:
        print(error, file=sys.stderr)
        return 3
    try:
        worker = Worker(connection, options.producer, received)
        return do_job(worker, options)
    except Away as error:
        print(error, file=sys.stderr)
        return 3
    except (Ended, ProtocolError) as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        connection.close()


def do_job(worker, options):
    """The life of one job, from bind to the answer for its last frame."""
    labels = [tuple(label.partition("=")[::2]) for label in options.label]
    worker.send(bind(0, options.id, options.attempt, create=not options.no_create, share=options.share,
                     type=options.type, labels=labels),
                start(0))
    for number in range(1, options.steps + 1):
        worker.send(update(0, progress=MAXIMUM_PROGRESS * number // options.steps, units=(number, options.steps),
                           unit="steps", step=(number, options.steps, f"step {number}")))
        worker.poll(options.delay)
        if 0 in worker.cancels:
            return stop(worker)
    if worker.settle():
        return refused(worker)

    if options.wait_for_cancel:
        while 0 not in worker.cancels:
            worker.send(update(0))
            worker.poll(1.0)
            if worker.stream.has_ended:
                raise Ended("the server ended the stream")
        return stop(worker)

    if options.result:
        with open(options.result, "rb") as file:
            data = file.read()
        # A job that completes takes the result that is whole by then: so the result first.
        if not worker.send_result(options.id, data, options.media_type, options.name, options.attempt):
            worker.leave()
            return 1
    if options.fail:
        code, words = options.fail
        worker.send(fail(0, code=code, text_=words))
    else:
        worker.send(complete(0))
    worker.leave()
    return refused(worker) if worker.refusals else 0


def stop(worker):
    """Somebody cancelled the job: say that it is known, stop, say that it has stopped."""
    worker.send(cancel_answer(0, RECEIVED), cancel_answer(0, STOPPED))
    worker.leave()
    return 0


def refused(worker):
    for refusal in worker.refusals.values():
        reason = REASONS.get(refusal["reason"], REASONS[7])
        state = STATES.get(refusal["state"])
        print(f"frame {refusal['sequence']} was refused: {reason}" + (f" (the job is {state})" if state else ""),
              file=sys.stderr)
    return 1


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
    for vector in load("up")["vectors"] + load("exchange")["vectors"]:
        kinds = {frame["frame"] for frame in vector["frames"]}
        if vector["direction"] == "up" and vector.get("canonical", True) and not kinds & {"malformed", "skipped"}:
            count += 1
            if b"".join(map(encode_vector, vector["frames"])).hex() != vector["hex"]:
                failures.append(f"up: {vector.get('name') or vector['about']}")
    streams = [(vector, "") for vector in load("exchange")["vectors"][1:2]]
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
