"""Worker processes for work on hostile bytes: one input cannot hang, crash or bloat the work on the others.

A worker is a Python of its own that answers one call at a time through a socket. It is started when a call waits
for one, and killed and replaced when a call takes too long. Not by multiprocessing: a task of a scheduler may run
in a daemonic process, which multiprocessing gives no children, or in one with threads, which must not fork.

This guards against accidents, not against malice: a worker may do all that its parent may.
"""

import errno
import fcntl
import os
import pickle
import signal
import sys
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from resource import RLIM_INFINITY, RLIMIT_AS, getpagesize, getrlimit, setrlimit
from socket import socket, socketpair
from struct import Struct
from subprocess import PIPE, Popen, TimeoutExpired
from threading import Lock
from time import monotonic
from typing import Self, TypeVar, TypeVarTuple

from pipeline.errors import RecordError, StageError

A = TypeVar("A")
T = TypeVar("T")
Ts = TypeVarTuple("Ts")

AHEAD = 8  #: items of a map that wait or are done, for each worker: the others work on while one item takes long
START_SECONDS_MAX = 60.0  #: for the start of a process, and for the imports of a function
SIZE = Struct(">Q")  # before each message, bytes
OUT_OF_MEMORY = errno.ENOMEM  # status with which a worker ends that has no memory left to say so
PROGRAM = "import sys; from pipeline.workers import serve; serve(int(sys.argv[1]))"
STATM = Path("/proc/self/statm")


class WorkTimeout(RecordError):
    """A call took longer than it may; its worker was killed."""


class WorkCrashed(RecordError):
    """A call ended its worker: by a signal, by leaving, or for want of memory."""


class Workers:
    """At most *count* worker processes; a context manager that kills them at its end.

    *seconds_max* bounds one call, without the start of its worker. *memory_bytes_max* bounds the address space that
    calls may take beyond that of a worker which has imported their function (Linux only; None: unbounded).
    """

    def __init__(self, count: int, *, seconds_max: float, memory_bytes_max: int | None) -> None:
        self._count = count
        self._seconds_max = seconds_max
        self._memory_bytes_max = memory_bytes_max
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="worker")  # each waits for one worker
        self._lock = Lock()
        self._idle: list[_Worker] = []
        self._busy: set[_Worker] = set()
        self._is_closed = False

    async def run(self, function: Callable[[*Ts], T], *arguments: *Ts) -> T:
        """Return what the function, one of a module's top level, gives for the arguments in a worker.

        Raises WorkTimeout, WorkCrashed, StageError when no worker can be started, and what the function raises;
        what cannot be pickled of that as a RecordError if it is one, else as a RuntimeError.
        A call that is cancelled while it runs keeps its worker until it ends.
        """
        import asyncio  # not for the workers, which import this module and start twice as fast without

        return await asyncio.wrap_future(self._threads.submit(self._call, function, arguments))

    def map(self, function: Callable[[A], T], items: Iterable[A]) -> Iterator[T | Exception]:
        """Yield one outcome for each item, in order: what `run` would return or raise for it.

        Items are read when a worker will soon need them, AHEAD for each.
        """
        ahead: deque[Future[T | Exception]] = deque()
        try:
            for item in items:
                ahead.append(self._threads.submit(self._attempt, function, item))
                if len(ahead) == AHEAD * self._count:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            for future in ahead:
                future.cancel()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        with self._lock:
            self._is_closed = True
            for worker in self._busy:
                worker.kill()
        self._threads.shutdown(cancel_futures=True)
        for worker in self._idle:
            worker.end()

    def _attempt(self, function: Callable[[A], T], item: A) -> T | Exception:
        try:
            return self._call(function, (item,))
        except Exception as error:
            return error

    def _call(self, function: Callable[[*Ts], T], arguments: tuple[*Ts]) -> T:
        code = pickle.dumps(function)
        task = pickle.dumps((code, arguments), pickle.HIGHEST_PROTOCOL)
        worker = self._take()
        is_fit = False
        try:
            worker.prepare(code)
            is_fit, error, result = pickle.loads(worker.ask(task, self._seconds_max))
        except TimeoutError as late:
            raise WorkTimeout(f"{_name(function)} took longer than {self._seconds_max:g} s and was stopped") from late
        except ConnectionError as lost:
            raise self._crash(_name(function), worker.end(patience_seconds=1)) from lost
        finally:
            self._give_back(worker, is_fit)
        if error:
            raise error
        return result  # type: ignore[no-any-return]

    def _crash(self, name: str, status: int) -> Exception:
        if self._is_closed:
            return StageError(f"{name} was stopped: its workers are closed")
        if status == OUT_OF_MEMORY:
            bound = f" (more than {self._memory_bytes_max:,} bytes)" if self._memory_bytes_max else ""
            return WorkCrashed(f"{name} ran out of memory{bound}")
        how = f"was killed by signal {-status}, {signal.strsignal(-status)}" if status < 0 else f"left with {status}"
        return WorkCrashed(f"{name} ended its worker process, which {how}")

    def _take(self) -> "_Worker":
        with self._lock:
            if self._is_closed:
                raise StageError("the workers are closed")
            worker = self._take_idle() or _Worker(self._memory_bytes_max)
            self._busy.add(worker)
            return worker

    def _take_idle(self) -> "_Worker | None":
        while self._idle:
            worker = self._idle.pop()
            if worker.is_alive:
                return worker
            worker.end()  # the system ended it for want of memory, which is not the fault of the next call
        return None

    def _give_back(self, worker: "_Worker", is_fit: bool) -> None:
        if not is_fit:
            worker.end()
        with self._lock:
            self._busy.discard(worker)
            if is_fit:
                self._idle.append(worker)


def _name(function: Callable[..., object]) -> str:
    return str(getattr(function, "__qualname__", type(function).__qualname__))


class _Worker:
    """The parent's end of one worker process. Not for two threads at once, but for `kill`."""

    def __init__(self, memory_bytes_max: int | None) -> None:
        self._prepared: set[bytes] = set()
        self._channel, theirs = socketpair()
        with theirs:
            try:
                self._process = _start(theirs, memory_bytes_max)
            except OSError as error:
                self._channel.close()
                raise StageError(f"no worker process can be started: {error}; free memory or processes") from error

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def prepare(self, code: bytes) -> None:
        """Let it import what a pickled function needs; raise what that raises, or StageError when it cannot."""
        if code in self._prepared:
            return
        try:
            _, error, _ = pickle.loads(self.ask(pickle.dumps((code, None)), START_SECONDS_MAX))
        except OSError as lost:
            raise StageError(
                f"a worker process died, or did not start within {START_SECONDS_MAX:g} s ({lost})"
            ) from lost
        if error:
            raise error
        self._prepared.add(code)

    def ask(self, task: bytes, seconds: float) -> bytearray:
        """Exchange one message for another; raise TimeoutError, or ConnectionError when the process is gone."""
        deadline = monotonic() + seconds
        self._channel.settimeout(seconds)
        self._channel.sendall(SIZE.pack(len(task)) + task)
        (size,) = SIZE.unpack(self._receive(SIZE.size, deadline))
        return self._receive(size, deadline)

    def _receive(self, size: int, deadline: float) -> bytearray:
        message = bytearray(size)
        rest = memoryview(message)
        while rest:
            self._channel.settimeout(max(deadline - monotonic(), 1e-6))
            count = self._channel.recv_into(rest)
            if not count:
                raise ConnectionResetError("the worker process is gone")
            rest = rest[count:]
        return message

    def kill(self) -> None:
        self._process.kill()

    def end(self, patience_seconds: float = 0) -> int:
        """Kill the process if it does not end by itself, leave nothing of it behind, and return its status."""
        with suppress(TimeoutExpired):
            self._process.wait(patience_seconds)
        self._process.kill()
        self._channel.close()
        with self._process:
            return self._process.wait()


def _start(channel: socket, memory_bytes_max: int | None) -> Popen[bytes]:
    """Its standard input is a lifeline: never written to, it ends when this process does, however that happens."""
    return Popen(
        [sys.executable, "-P", "-X", "faulthandler", "-c", PROGRAM, str(memory_bytes_max or 0)],
        stdin=PIPE,
        stdout=channel.fileno(),
        env=os.environ | {"PYTHONPATH": os.pathsep.join(str(Path(path).absolute()) for path in sys.path)},
        process_group=0,  # Ctrl-C is for the parent
    )


# ── in the worker ────────────────────────────────────────────────────────────────────────────


def serve(memory_bytes_max: int) -> None:
    """Answer calls for as long as the parent lives: the program of a worker process. No bound is 0 bytes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _die_with_parent()
    with os.fdopen(os.dup(1), "rb") as calls, os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)  # what a library prints is no answer
        try:
            while head := calls.read(SIZE.size):
                answer = _answer(calls.read(*SIZE.unpack(head)), memory_bytes_max if STATM.exists() else 0)
                answers.write(SIZE.pack(len(answer)) + answer)
                answers.flush()
        except MemoryError:
            os._exit(OUT_OF_MEMORY)


def _die_with_parent() -> None:
    """Have the system end this process when the lifeline ends, also amid C code that gives Python no turn."""
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    fcntl.fcntl(0, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(0, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
    with suppress(BlockingIOError):
        os.read(0, 1)
        sys.exit()  # it had ended before


def _answer(call: bytes, memory_bytes_max: int) -> bytes:
    """Give (whether this worker may serve on, error, result), pickled; without arguments, only get ready for calls."""
    try:
        code, arguments = pickle.loads(call)
        if arguments is None:
            _prepare(code, memory_bytes_max)
        result = None if arguments is None else pickle.loads(code)(*arguments)
        return pickle.dumps((_has_room(memory_bytes_max), None, result), pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        raise
    except Exception as error:
        return pickle.dumps((_has_room(memory_bytes_max), _portable(error), None))


def _prepare(code: bytes, memory_bytes_max: int) -> None:
    """Import with all the memory there is; from then on bound what is taken beyond that."""
    _, hard = getrlimit(RLIMIT_AS)
    if memory_bytes_max:
        setrlimit(RLIMIT_AS, (hard, hard))
    pickle.loads(code)
    if memory_bytes_max:
        bound = _address_space() + memory_bytes_max
        setrlimit(RLIMIT_AS, (bound if hard == RLIM_INFINITY else min(bound, hard), hard))


def _has_room(memory_bytes_max: int) -> bool:
    """Whether less than half of the bound is gone to leaks, so that no call fails for those before it."""
    return not memory_bytes_max or getrlimit(RLIMIT_AS)[0] - _address_space() > memory_bytes_max // 2


def _address_space() -> int:
    return int(STATM.read_bytes().split()[0]) * getpagesize()


def _portable(error: Exception) -> Exception:
    """The error where it survives the way, else one in its words that does; an unforeseen one with its traceback."""
    if not isinstance(error, RecordError):
        error.add_note(f"in the worker: {traceback.format_exc()}")
    if _survives(error):
        return error
    twin = (RecordError if isinstance(error, RecordError) else RuntimeError)(f"{type(error).__name__}: {error}")
    for note in getattr(error, "__notes__", ()):
        twin.add_note(note)
    return twin


def _survives(error: Exception) -> bool:
    """Many exceptions pickle and cannot be unpickled; and no future takes a StopIteration."""
    try:
        copy = pickle.loads(pickle.dumps(error))
        return type(copy) is type(error) and str(copy) == str(error) and not isinstance(error, StopIteration)
    except Exception:
        return False
