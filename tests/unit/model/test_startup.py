"""What a process inherits from who starts it: proxies, a notebook's backend, Ctrl-C, threads."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from model import cpus
from tests.conftest import ROOT

pytestmark = pytest.mark.slow

PROXIES = {
    "away": {"http_proxy": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9"},
    "socks": {"ALL_PROXY": "socks5://127.0.0.1:9", "all_proxy": "socks4://x"},
    "garbage": {"http_proxy": "::::", "HTTPS_PROXY": "nonsense://[", "no_proxy": "::1,[,fe80::/10"},
}


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
    command = [sys.executable, "-c", f"from model import startup; startup.prepare()\n{code}"]
    return subprocess.run(
        command, cwd=ROOT, env={**clean, **environment}, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("name", PROXIES)
def test_no_proxy_of_the_environment_breaks_the_http_client(name: str) -> None:
    show = "import os, httpx; httpx.Client().close(); print('http_proxy' in os.environ)"
    found = run(show, **PROXIES[name])
    assert found.returncode == 0, found.stderr
    assert found.stdout.strip() == str(name == "away")  # what can be used is kept, for the hub
    ignored = {line.split(" ")[0] for line in found.stderr.splitlines() if "is ignored: " in line}
    assert ignored == (set() if name == "away" else set(PROXIES[name]))


@pytest.mark.parametrize("backend", ["module://matplotlib_inline.backend_inline", "nonsense"])
def test_the_backend_of_a_notebook_is_not_asked_for(backend: str) -> None:
    found = run("import matplotlib.pyplot; print(matplotlib.get_backend())", MPLBACKEND=backend)
    assert found.stdout.strip().lower() == "agg", found.stderr


@pytest.mark.parametrize(
    "code",
    [
        "import time; print('up', flush=True); time.sleep(60)",  # while modules are loaded
        "import time; from model import cli\n"
        "def main(): print('up', flush=True); time.sleep(60)\n"
        "cli.run(main)",
    ],
)
def test_ctrl_c_ends_a_command_without_a_traceback(code: str) -> None:
    command = [sys.executable, "-c", f"from model import startup; startup.prepare()\n{code}"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (130, "")


def test_modules_that_are_run_are_prepared_and_imported_ones_are_not() -> None:
    """A program that only imports the package keeps its own Ctrl-C."""
    show = "import signal, model; print(signal.getsignal(signal.SIGINT).__name__)"
    plain = subprocess.run(
        [sys.executable, "-c", show], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert plain.stdout == "default_int_handler\n"
    env = {**os.environ, "MPLBACKEND": "nonsense"}
    command = [sys.executable, "-m", "model.plots", "--help"]
    helped = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, check=False)
    assert helped.returncode == 0, helped.stderr


def test_threads_keep_to_the_allowance(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    everything = cpus.allowance()
    assert 1 <= everything <= len(os.sched_getaffinity(0))
    for named, expected in (("1", 1), ("1,1", 1), ("4096", everything), ("odd", everything)):
        monkeypatch.setenv("OMP_NUM_THREADS", named)
        assert cpus.allowance() == expected
    code = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
    code += "from model import cpus; print(cpus.allowance())"
    assert run(code, OMP_NUM_THREADS="").stdout == "1\n"


BURST = """
import resource
def rss_mb():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 2**20
bytearray(2**21)  # freed: by default blocks up to this size then come from the heap
kept, burst, before = [], [], rss_mb()
for _ in range(100):
    burst.append(b"x" * (3 * 2**19))
    kept.append(b"x" * 3000)  # what lives on stands between
del burst
print(rss_mb() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="what the C library keeps is its own affair")
def test_what_a_burst_took_is_given_back() -> None:
    found = run("startup.give_memory_back()\n" + BURST)
    assert float(found.stdout) < 20, found.stderr


def test_playing_needs_no_compiler() -> None:
    found = run(
        "import sys, app\n"
        "from model.checkpoint import DEFAULT_CHECKPOINT, load\n"
        "app.fastest(load(DEFAULT_CHECKPOINT).network)\n"
        "print([m for m in ('torchvision', 'sympy') if m in sys.modules])"
    )
    assert found.stdout.strip() == "[]", "130 MB and a second of every start"


def test_arrow_takes_its_memory_from_the_system() -> None:
    found = run(
        "startup.give_memory_back()\nimport pyarrow\n"
        "print(pyarrow.default_memory_pool().backend_name)"
    )
    assert found.stdout == "system\n", "Arrow's own pools keep what each thread once read with"
