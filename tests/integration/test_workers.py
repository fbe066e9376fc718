"""Workers under hostile work: real processes that hang, crash, bloat, and lose their parent."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from pickle import PicklingError
from types import ModuleType

import pytest

from pipeline import workers as module
from pipeline.errors import RecordError, StageError
from pipeline.workers import AHEAD, WorkCrashed, Workers, WorkTimeout

BUSY = "all(iter(lambda: 1, 0))"
BUSY_IN_C = "__import__('re').match('(a|aa)+$', 'a' * 80 + 'b')"  # holds the interpreter, answers no Python signal
SEGFAULT = "__import__('ctypes').string_at(0)"
LEAK = "import builtins; builtins.leak = getattr(builtins, 'leak', []) + [bytearray(20_000_000)]"
SLOW = "__import__('time').sleep(0.15)"


@pytest.fixture
def pool() -> Iterator[Workers]:
    with Workers(2, seconds_max=1, memory_bytes_max=200_000_000) as pool:
        yield pool


def outcome(pool: Workers, code: str, how: Callable[[str], object] = eval) -> object:
    """What becomes of one piece of Python in a worker: an expression, or with exec of statements."""
    return next(pool.map(how, [code]))


@pytest.fixture
def write_module(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str, str], ModuleType]:
    """Makes a module that workers can import as well; IN_WORKER is true there."""

    def write(name: str, code: str) -> ModuleType:
        (tmp_path / f"{name}.py").write_text(f"import os\nIN_WORKER = os.getpid() != {os.getpid()}\n{code}")
        monkeypatch.syspath_prepend(tmp_path)
        return import_module(name)

    return write


def workers_of(parent: int) -> list[int]:
    return [
        int(process.name)
        for process in Path("/proc").glob("[0-9]*")
        if b"pipeline.workers" in _read(process / "cmdline") and f"PPid:\t{parent}\n".encode() in _read(process / "status")
    ]  # fmt: skip


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:  # it is gone
        return b""


def is_gone_soon(pid: int) -> bool:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        if re.search(rb"^State:\t[^ZX]", _read(Path(f"/proc/{pid}/status")), re.MULTILINE) is None:
            return True
        time.sleep(0.02)
    return False


# ── one call ─────────────────────────────────────────────────────────────────────────────────


def test_a_call_gives_what_its_function_gives(pool: Workers) -> None:
    assert asyncio.run(pool.run(divmod, 7, 2)) == (3, 1)
    assert list(pool.map(len, [b"a", b"bc", b""])) == [1, 2, 0]


def test_a_call_runs_in_another_process_that_serves_on(pool: Workers) -> None:
    first, second = (outcome(pool, "__import__('os').getpid()") for _ in range(2))
    assert first == second != os.getpid()


def test_large_arguments_and_results_pass(pool: Workers) -> None:
    body = os.urandom(5_000_000)
    assert asyncio.run(pool.run(bytes.swapcase, body)) == body.swapcase()


def test_what_a_function_prints_is_no_answer(pool: Workers, capfd: pytest.CaptureFixture[str]) -> None:
    assert outcome(pool, "print('loud', flush=True)") is None
    assert outcome(pool, "__import__('os').write(1, b'louder')") == 6
    assert capfd.readouterr() == ("", "loud\nlouder")


def test_a_function_that_reads_its_input_gets_none(pool: Workers) -> None:
    assert not isinstance(outcome(pool, "__import__('sys').stdin.buffer.read()"), RecordError)
    assert outcome(pool, "1 + 1") == 2


# ── hostile calls ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("code", [BUSY, BUSY_IN_C], ids=["python", "c"])
def test_a_call_that_hangs_ends_at_its_time(pool: Workers, code: str) -> None:
    began = time.monotonic()
    error = outcome(pool, code)
    assert isinstance(error, WorkTimeout)
    assert str(error) == "eval took longer than 1 s and was stopped"
    assert time.monotonic() - began < 3
    assert outcome(pool, "1 + 1") == 2


def test_a_call_that_hangs_disturbs_no_other(pool: Workers) -> None:
    async def work() -> list[object]:
        calls = [pool.run(eval, BUSY_IN_C), *(pool.run(eval, f"{n} + 1") for n in range(20))]
        return await asyncio.gather(*calls, return_exceptions=True)

    first, *others = asyncio.run(work())
    assert isinstance(first, WorkTimeout)
    assert others == list(range(1, 21))


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("__import__('os')._exit(3)", "eval ended its worker process, which left with 3"),
        ("__import__('sys').exit(4)", "eval ended its worker process, which left with 4"),
        (SEGFAULT, "eval ended its worker process, which was killed by signal 11, Segmentation fault"),
        ("__import__('os').abort()", "eval ended its worker process, which was killed by signal 6, Aborted"),
        (
            "__import__('signal').raise_signal(9)",
            "eval ended its worker process, which was killed by signal 9, Killed",
        ),
        ("len(b'x' * 10**9)", "eval ran out of memory (more than 200,000,000 bytes)"),
        ("[x := 'a'] + [x := x + x for _ in range(60)]", "eval ran out of memory (more than 200,000,000 bytes)"),
    ],
)
def test_a_call_that_crashes_says_how(pool: Workers, code: str, message: str) -> None:
    error = outcome(pool, code)
    assert isinstance(error, WorkCrashed)
    assert str(error) == message
    assert outcome(pool, "1 + 1") == 2


def test_memory_that_is_given_back_may_be_taken_again(pool: Workers) -> None:
    assert [outcome(pool, "len(b'x' * 150_000_000)") for _ in range(3)] == [150_000_000] * 3


def test_a_worker_that_leaks_is_replaced_before_others_fail(pool: Workers) -> None:
    assert [outcome(pool, LEAK, exec) for _ in range(15)] == [None] * 15


def test_parsers_have_room_beside_their_imports() -> None:
    read = "__import__('trafilatura').extract('<article>' + '<p>Nine people died on Monday, police said.</p>' * 50)"
    with Workers(1, seconds_max=30, memory_bytes_max=300_000_000) as pool:
        assert str(outcome(pool, read)).count("Nine people") > 0


def test_without_a_bound_a_call_may_take_what_there_is() -> None:
    with Workers(1, seconds_max=10, memory_bytes_max=None) as pool:
        assert outcome(pool, "len(bytes(10**9))") == 10**9
        assert str(outcome(pool, "len(bytes(10**15))")) == "eval ran out of memory"


def test_a_worker_killed_between_calls_is_nobodys_fault(pool: Workers) -> None:
    worker = outcome(pool, "__import__('os').getpid()")
    assert isinstance(worker, int)
    os.kill(worker, signal.SIGKILL)
    assert is_gone_soon(worker)
    assert outcome(pool, "1 + 1") == 2


# ── errors ───────────────────────────────────────────────────────────────────────────────────


def test_an_error_comes_back_as_itself_with_its_traceback(pool: Workers) -> None:
    error = outcome(pool, "1 / 0")
    assert isinstance(error, ZeroDivisionError)
    assert "in the worker: Traceback" in error.__notes__[0]
    with pytest.raises(ZeroDivisionError):
        asyncio.run(pool.run(eval, "1 / 0"))


def test_a_record_error_stays_one(pool: Workers) -> None:
    error = outcome(pool, "from pipeline.errors import RecordError; raise RecordError('no feed')", exec)
    assert type(error) is RecordError
    assert str(error) == "no feed"


@pytest.mark.parametrize(("base", "kind"), [("RecordError", RecordError), ("ValueError", RuntimeError)])
@pytest.mark.parametrize("code", ["Odd('no', 'feed')", "local()"], ids=["only pickles", "does not pickle"])
def test_an_error_that_cannot_travel_comes_in_its_words(
    pool: Workers, write_module: Callable[[str, str], ModuleType], base: str, kind: type[Exception], code: str
) -> None:
    write_module(
        f"odd_{base.lower()}",
        f"""
from pipeline.errors import RecordError
class Odd({base}):
    def __init__(self, what, which): super().__init__(f"{{what}} {{which}}")
def local():
    class Odd({base}): pass
    return Odd("no feed")
""",
    )
    error = outcome(pool, f"from odd_{base.lower()} import *; raise {code}", exec)
    assert type(error) is kind
    assert str(error) == "Odd: no feed"
    assert hasattr(error, "__notes__") == (kind is RuntimeError)


def test_no_future_hangs_on_a_stop_iteration(pool: Workers) -> None:
    async def bounded() -> None:
        await asyncio.wait_for(pool.run(eval, "next(iter(()))"), timeout=5)

    with pytest.raises(RuntimeError, match="StopIteration"):
        asyncio.run(bounded())


def test_what_cannot_be_pickled_is_an_unforeseen_error_on_either_way(pool: Workers) -> None:
    assert "pickle" in str(outcome(pool, "(x for x in 'ab')"))
    assert not isinstance(outcome(pool, "lambda: 1"), RecordError)
    sent = next(pool.map(len, [(x for x in "ab")]))
    assert isinstance(sent, TypeError)
    with pytest.raises((AttributeError, PicklingError)):
        asyncio.run(pool.run(lambda: 1))
    assert outcome(pool, "1 + 1") == 2


def test_imports_that_fail_are_unforeseen(pool: Workers, write_module: Callable[[str, str], ModuleType]) -> None:
    broken = write_module("broken_there", "if IN_WORKER: 1 / 0\ndef same(x): return x")
    assert isinstance(next(pool.map(broken.same, [1])), ZeroDivisionError)


def test_time_for_imports_is_not_time_of_the_call(
    pool: Workers, write_module: Callable[[str, str], ModuleType]
) -> None:
    slow = write_module("slow_there", "import time\nif IN_WORKER: time.sleep(1.2)\ndef same(x): return x")
    assert next(pool.map(slow.same, [7])) == 7


def test_no_worker_at_all_is_no_fault_of_a_record(monkeypatch: pytest.MonkeyPatch, pool: Workers) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    error = outcome(pool, "1 + 1")
    assert isinstance(error, StageError)
    assert "no worker process can be started" in str(error)
    monkeypatch.setattr(sys, "executable", "/bin/false")
    error = outcome(pool, "1 + 1")
    assert isinstance(error, StageError)
    assert "died" in str(error)


# ── many calls ───────────────────────────────────────────────────────────────────────────────


def test_outcomes_come_in_order_whatever_takes_long(pool: Workers) -> None:
    codes = [SLOW if n % 7 == 0 else "1 / 0" if n % 5 == 0 else str(n) for n in range(40)]
    outcomes = list(pool.map(eval, codes))
    assert [repr(outcome) for outcome in outcomes] == [
        "None" if n % 7 == 0 else "ZeroDivisionError('division by zero')" if n % 5 == 0 else str(n) for n in range(40)
    ]


def test_items_are_read_when_they_are_needed(pool: Workers) -> None:
    read = 0

    def items() -> Iterator[str]:
        nonlocal read
        for read in range(1, 10_000):  # noqa: B007
            yield "1"

    outcomes = pool.map(eval, items())
    assert read == 0
    for taken in range(1, 30):
        assert next(outcomes) == 1
        assert read < taken + 2 * AHEAD
    outcomes.close()


def test_an_error_of_the_reader_is_not_one_of_an_item(pool: Workers) -> None:
    def items() -> Iterator[str]:
        yield "1"
        raise OSError("disk")

    with pytest.raises(OSError, match="disk"):
        list(pool.map(eval, items()))


def test_no_more_workers_run_than_were_asked_for(pool: Workers) -> None:
    assert len(set(pool.map(eval, ["(__import__('time').sleep(0.02), __import__('os').getpid())[1]"] * 30))) == 2


def test_a_cancelled_call_is_not_waited_for() -> None:
    async def work(pool: Workers) -> int:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(pool.run(eval, "__import__('time').sleep(60)"), timeout=0.1)
        return await pool.run(eval, "1 + 1")

    began = time.monotonic()
    with Workers(2, seconds_max=60, memory_bytes_max=None) as pool:
        assert asyncio.run(work(pool)) == 2
    assert time.monotonic() - began < 10


# ── beginning and end ────────────────────────────────────────────────────────────────────────


def test_no_worker_is_started_before_it_is_needed(pool: Workers) -> None:
    assert workers_of(os.getpid()) == []
    assert outcome(pool, "1 + 1") == 2
    assert len(workers_of(os.getpid())) == 1


def test_nothing_is_left_of_workers() -> None:
    def open_files() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    before = open_files()
    with Workers(2, seconds_max=0.3, memory_bytes_max=100_000_000) as pool:
        for code in [BUSY, SEGFAULT, "1", "len(b'x' * 10**9)", "1 / 0", "__import__('os')._exit(1)"]:
            outcome(pool, code)
        assert open_files() <= before + 2 * 2
    assert open_files() == before
    assert workers_of(os.getpid()) == []


def test_the_end_does_not_wait_for_calls_that_run() -> None:
    with ThreadPoolExecutor(1) as thread:
        began = time.monotonic()
        with Workers(1, seconds_max=60, memory_bytes_max=None) as pool:
            running = thread.submit(outcome, pool, BUSY_IN_C)
            while not workers_of(os.getpid()):
                time.sleep(0.01)
            time.sleep(0.2)
        assert isinstance(running.result(), StageError)  # no fault of the record
        assert time.monotonic() - began < 5


def test_closed_workers_take_no_calls(pool: Workers) -> None:
    pool.__exit__()
    with pytest.raises(RuntimeError):
        outcome(pool, "1 + 1")
    assert workers_of(os.getpid()) == []


PARENT = """
import sys
from pipeline.workers import Workers
with Workers(2, seconds_max=60, memory_bytes_max=None) as pool:
    print(*pool.map(eval, ["(__import__('time').sleep(0.2), __import__('os').getpid())[1]"] * 2), flush=True)
    list(pool.map(eval, sys.argv[1:]))
"""


@pytest.mark.parametrize("code", [BUSY_IN_C, "__import__('time').sleep(60)", "1"], ids=["busy", "asleep", "idle"])
def test_workers_die_with_a_parent_that_is_killed(code: str) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT + "    input()", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with parent:
        assert parent.stdout
        children = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(set(children)) == 2
        time.sleep(0.3)
        assert sorted(workers_of(parent.pid)) == sorted(children)
        parent.kill()
    assert all(is_gone_soon(child) for child in children)


def test_an_interrupt_is_for_the_parent_alone() -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, BUSY_IN_C, BUSY_IN_C],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert parent.stdout
    children = [int(pid) for pid in parent.stdout.readline().split()]
    for child in children:
        os.kill(child, signal.SIGINT)
    time.sleep(0.3)
    assert sorted(workers_of(parent.pid)) == sorted(children)
    began = time.monotonic()
    os.killpg(parent.pid, signal.SIGINT)
    _, errors = parent.communicate(timeout=10)
    assert time.monotonic() - began < 5
    assert errors.count("Traceback") == errors.count("KeyboardInterrupt") == 1
    assert all(is_gone_soon(child) for child in children)


def test_workers_serve_a_daemonic_process() -> None:
    """As tasks of a scheduler may run in; multiprocessing would refuse."""
    program = (
        "import multiprocessing\n"
        "def work():\n"
        "    from pipeline.workers import Workers\n"
        "    with Workers(1, seconds_max=10, memory_bytes_max=None) as pool: print(*pool.map(len, ['abc']), flush=True)\n"
        "process = multiprocessing.get_context('fork').Process(target=work, daemon=True)\n"
        "process.start(); process.join()\n"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30)
    assert (answer.stdout, answer.stderr) == ("3\n", "")


def test_a_worker_that_starts_after_its_parent_died_ends() -> None:
    lifeline, end = os.pipe()
    os.close(end)
    worker = subprocess.run([sys.executable, "-c", module.PROGRAM, "0"], stdin=lifeline, timeout=10)
    os.close(lifeline)
    assert worker.returncode == 0
