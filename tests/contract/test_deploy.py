"""The files of `deploy/`: real checkers take them, and what they say agrees with the program and with each other."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from prometheus_client import CollectorRegistry

import guides
from front_nginx import require_program
from twin_graph.cli import main, starter
from twin_graph.front.metrics import RequestMetrics
from twin_graph.serve.metrics import PoolCollector
from twin_graph.settings import SETTINGS
from twin_graph.worker import QueryPool
from workspaces import REPOSITORY, copy_tiny

DEPLOY = REPOSITORY / "deploy"
UNITS = ("twin-graph.service", "twin-graph-publish.service", "twin-graph-publish.timer")
PORT = str(next(setting.default for setting in SETTINGS if setting.name == "port"))
FOLDER = "/opt/twin-graph"
# The most that `systemd-analyze security` may say of a unit; 10 is a service without any protection.
EXPOSED = {"twin-graph.service": 2.0, "twin-graph-publish.service": 1.5}


def text(name: str) -> str:
    """A file of the folder."""
    return (DEPLOY / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def units(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The units, with the program of this run in the place of an installed one."""
    folder = tmp_path_factory.mktemp("units")
    program = shutil.which("twin-graph", path=str(Path(sys.executable).parent))
    assert program is not None
    for name in UNITS:
        changed = text(name).replace(f"{FOLDER}/.venv/bin/twin-graph", program)
        changed = changed.replace(f"file://{FOLDER}/docs", f"file://{REPOSITORY}/docs")
        (folder / name).write_text(changed, encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", UNITS)
def test_units_are_understood(units: Path, name: str) -> None:
    """`systemd-analyze verify` has nothing to say of ours."""
    program = require_program("systemd-analyze")
    result = subprocess.run(
        [program, "verify", "--recursive-errors=no", "--man=no", str(units / name)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert [] == [line for line in result.stderr.splitlines() if "twin-graph" in line]
    assert 0 == result.returncode, result.stderr


@pytest.mark.parametrize("name", EXPOSED)
def test_units_are_closed(units: Path, name: str) -> None:
    """`systemd-analyze security` gives the unit few points."""
    program = require_program("systemd-analyze")
    result = subprocess.run(
        [program, "security", "--offline=yes", "--no-pager", str(units / name)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    (points,) = re.findall(r"Overall exposure level for \S+: ([0-9.]+)", result.stdout)
    assert float(points) <= EXPOSED[name]


def test_units_run_commands_that_there_are() -> None:
    """Every ExecStart is understood by the command line, and is in the folder that the guide names."""
    lines = [line for name in UNITS for line in re.findall(r"^ExecStart=(.*)$", text(name), re.MULTILINE)]
    assert 4 == len(lines)
    for line in lines:
        program, _, rest = line.partition(" ")
        assert f"{FOLDER}/.venv/bin/twin-graph" == program
        assert "" == guides.find_fault(f"twin-graph {rest}")
    guide = guides.read("docs/deploy.md")
    assert FOLDER in guide
    for name in UNITS:
        assert name in guide


def test_publishing_writes_where_it_may(tmp_path: Path) -> None:
    """The commands of the nightly unit write into the folders that it names, and those are made by the guide."""
    allowed = re.findall(
        r"/srv/twin-graph/(\S+)", re.findall(r"^ReadWritePaths=(.*)$", text(UNITS[1]), re.MULTILINE)[0]
    )
    workspace = copy_tiny(tmp_path / "workspace").root
    before = {path.name for path in workspace.iterdir()}
    for line in re.findall(r"^ExecStart=\S+ (.*)$", text(UNITS[1]), re.MULTILINE):
        result = CliRunner().invoke(main, ["--workspace", str(workspace), *line.split()])
        assert 0 == result.exit_code, result.output
    assert set(allowed) == {path.name for path in workspace.iterdir()} - before
    assert [] == [name for name in allowed if f"/srv/twin-graph/{name}" not in guides.read("docs/deploy.md")]


def test_one_port() -> None:
    """nginx asks where the service listens, in the unit as in the container."""
    assert [f"127.0.0.1:{PORT}"] == re.findall(r"server (\S+);", text("nginx/upstream.conf"))
    assert [f"twin-graph:{PORT}"] == re.findall(r"server (\S+);", text("nginx/upstream-compose.conf"))
    assert {PORT} == set(
        re.findall(r"(?:TWIN_GRAPH_PORT=|EXPOSE |127\.0\.0\.1:)(\d+)", text("Containerfile"))
    )
    assert {PORT} == set(re.findall(r"127\.0\.0\.1:(\d+)", text("compose.yaml")))
    assert "TWIN_GRAPH_PORT" not in text("twin-graph.service")
    assert "TWIN_GRAPH_HOST" not in text("twin-graph.service")  # so it listens on this machine only


def test_one_proxy() -> None:
    """nginx writes one address into X-Forwarded-For, and the service believes one."""
    assert 1 == text("nginx/twin-graph.conf").count("proxy_set_header X-Forwarded-For $remote_addr;")
    assert "TWIN_GRAPH_PROXIES=1" in text("twin-graph.service")
    assert {"TWIN_GRAPH_PROXIES": "1"} == compose()["services"]["twin-graph"]["environment"]


def test_requests_are_written_down_without_queries() -> None:
    """The unit and the container write a line for each request; the text of queries is the operator's choice."""
    for name in ("twin-graph.service", "Containerfile"):
        assert "TWIN_GRAPH_LOG_REQUESTS=on" in text(name)
        assert "TWIN_GRAPH_LOG_QUERIES" not in text(name)
    guide = guides.read("docs/deploy.md")
    assert "`TWIN_GRAPH_LOG_REQUESTS`" in guide
    assert "`TWIN_GRAPH_LOG_QUERIES=on`" in guide


def test_metrics_are_in_the_guide(monkeypatch: pytest.MonkeyPatch) -> None:
    """The table of the guide has every metric, and no other."""
    registry = CollectorRegistry()
    RequestMetrics(registry)
    monkeypatch.setattr(QueryPool, "counts", lambda _: {"running": 1, "killed": 0, "crashed": 0})
    ours = [*registry.collect(), *PoolCollector(Path("/nowhere")).collect()]
    names = {f"{metric.name}_total" if metric.type == "counter" else metric.name for metric in ours}
    assert 10 == len(names)
    told = re.findall(r"^\| `((?:http|sparql)_\w+)` \|", guides.read("docs/deploy.md"), re.MULTILINE)
    assert sorted(names) == sorted(told)


def test_settings_are_known() -> None:
    """No file sets a variable that the program does not read."""
    known = {setting.variable for setting in SETTINGS}
    paths = [path for path in DEPLOY.rglob("*") if path.is_file()]
    assert 9 <= len(paths)
    found = {
        name for path in paths for name in re.findall(r"TWIN_GRAPH_\w+", path.read_text(encoding="utf-8"))
    }
    assert 4 <= len(found)
    assert set() == found - known


def compose() -> Any:
    """The file for docker compose."""
    return yaml.safe_load(text("compose.yaml"))


def test_compose_closes_the_service() -> None:
    """No way out, nothing to write but /tmp, no capability, no new privileges; only nginx is seen from outside."""
    services = compose()["services"]
    for name in ("twin-graph", "publish"):
        service = services[name]
        assert service["read_only"]
        assert ["/tmp"] == service["tmpfs"]
        assert ["ALL"] == service["cap_drop"]
        assert ["no-new-privileges:true"] == service["security_opt"]
        assert "ports" not in service
    assert ["inside"] == services["twin-graph"]["networks"]
    assert services["twin-graph"]["volumes"][0].endswith(":ro")
    assert "none" == services["publish"]["network_mode"]
    assert {"internal": True} == compose()["networks"]["inside"]
    mounted = [volume.partition(":")[0] for volume in services["nginx"]["volumes"]]
    assert [] == [name for name in mounted if name.endswith(".conf") and not (DEPLOY / name).is_file()]


def test_compose_is_understood() -> None:
    """docker compose takes the file; without that plugin, a reader of YAML has."""
    program = require_docker_compose()
    result = subprocess.run(
        [*program, "-f", str(DEPLOY / "compose.yaml"), "config", "--quiet"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert 0 == result.returncode, result.stderr


def require_docker_compose() -> list[str]:
    """How docker compose is called; it is not among what is installed for the tests, so without it they skip."""
    for words in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(words[0]):
            asked = subprocess.run([*words, "version"], capture_output=True, check=False)
            if asked.returncode == 0:
                return words
    pytest.skip("docker compose is not installed")


def test_container_copies_what_there_is() -> None:
    """Every COPY names a file of the repository; what the package needs is among it."""
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", text("Containerfile"), re.MULTILINE)
    names = {name for line in copied for name in line.split()}
    assert [] == sorted(name for name in names if not (REPOSITORY / name).exists())
    let_in = re.findall(r"^!(\S+)$", text("Containerfile.dockerignore"), re.MULTILINE)
    assert names == set(let_in)
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    included = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    needed = {*(path.partition("/")[0] for path in included), project["project"]["readme"], "src", "LICENSE"}
    assert set() == needed - names


def test_container_is_nobody() -> None:
    """The last user is none of the system, and what is started is the program."""
    assert "10001:10001" == re.findall(r"^USER (\S+)$", text("Containerfile"), re.MULTILINE)[-1]
    assert 'ENTRYPOINT ["/opt/twin-graph/.venv/bin/twin-graph"]' in text("Containerfile")
    probe = re.findall(r"from urllib\.request[^\"]+", text("Containerfile"))
    assert probe == re.findall(r"from urllib\.request[^\"]+", text("compose.yaml"))


def test_health_probe(tmp_path: Path) -> None:
    """What asks for the health is Python, and fails where nobody answers."""
    (probe,) = re.findall(r"from urllib\.request[^\"]+", text("Containerfile"))
    result = subprocess.run(
        [sys.executable, "-c", probe.replace(f":{PORT}", ":9")], capture_output=True, text=True, check=False
    )
    assert "URLError" in result.stderr


def test_commands_of_the_guide() -> None:
    """docs/deploy.md: the shell reads each line, the program knows its commands, and the files are there."""
    found = [line for block in guides.blocks("docs/deploy.md", "sh") for line in block.commands]
    assert 25 <= len(found)
    shell = "\n".join(found)
    result = subprocess.run(["bash", "-n"], input=shell, capture_output=True, text=True, check=False)
    assert (0, "") == (result.returncode, result.stderr)
    for line in found:
        _, program, rest = line.rpartition("bin/twin-graph ")
        if program:
            assert "" == guides.find_fault(f"twin-graph {rest}")
    named = re.findall(r"deploy/[\w./-]+", guides.read("docs/deploy.md"))
    made = {"deploy/workspace", "deploy/certificates/"}
    assert made == {name for name in named if not (REPOSITORY / name).exists()}
    started = set(re.findall(r"twin-graph[\w-]*\.(?:service|timer)", shell))
    assert set(UNITS) == started
    inside = re.findall(r"run --rm publish (.*)$", shell, re.MULTILINE)
    assert [] == [rest for rest in inside if guides.find_fault(f"twin-graph {rest}")]
    assert {"install"} == set(re.findall(r"^make -C \S+ (\w+)$", shell, re.MULTILINE))


def test_every_file_is_in_the_guide() -> None:
    """The table of the guide says where each file goes."""
    guide = guides.read("docs/deploy.md")
    rest = {path for path in DEPLOY.rglob("*") if path.is_file()}
    names = {path.relative_to(REPOSITORY).as_posix() for path in rest}
    only_for_containers = {"deploy/nginx/upstream-compose.conf", "deploy/Containerfile.dockerignore"}
    assert only_for_containers == {name for name in names if f"`{name}`" not in guide}


def test_what_is_installed_is_enough_for_init(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new workspace is the same, whether the program runs from the repository or was installed from a wheel."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = tmp_path / "wheel"
    for source, target in project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"].items():
        place = wheel / target.partition("shipped/")[2]
        place.parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (REPOSITORY / source).is_dir() else shutil.copyfile
        copy(REPOSITORY / source, place)
    made: list[dict[Path, bytes]] = []
    for folder in (wheel, REPOSITORY):
        monkeypatch.setattr(starter, "shipped", folder.joinpath)
        root = tmp_path / f"made-{len(made)}" / "workspace"
        assert 0 == CliRunner().invoke(main, ["init", str(root)]).exit_code
        made.append({path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()})
    assert 20 < len(made[0])
    assert made[1] == made[0]
