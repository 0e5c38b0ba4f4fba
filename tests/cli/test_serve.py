"""`holdfast serve`: this machine alone, reports alone, under headers that allow nothing more."""

import http.client
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from holdfast.cli import main
from holdfast.cli._static import file_at, server_for
from holdfast.errors import UsageError

PAGE = b"<!doctype html><title>x</title><style>p{color:red}</style><p>report</p>"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "reports"
    (root / "wiki").mkdir(parents=True)
    (root / "index.html").write_bytes(PAGE)
    (root / "wiki" / "report.html").write_bytes(PAGE)
    (root / "wiki" / "measures.parquet").write_bytes(b"PAR1")
    (root / "wiki" / "pseudonym.key").write_bytes(b"k" * 32)
    (root / "wiki" / ".hidden.html").write_bytes(b"hidden")
    (root / ".git").mkdir()
    (root / ".git" / "index.html").write_bytes(b"hidden")
    (root / "lake" / "tables").mkdir(parents=True)
    (root / "lake" / "lake.json").write_text("{}")
    (root / "lake" / "tables" / "x.parquet").write_bytes(b"names")
    (tmp_path / "secret.html").write_bytes(b"secret")
    (root / "wiki" / "out.html").symlink_to(tmp_path / "secret.html")
    (root / "wiki" / "key.html").symlink_to(root / "wiki" / "pseudonym.key")
    return root


@pytest.fixture
def port(folder: Path) -> Iterator[int]:
    server = server_for(folder, 0)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def ask(
    port: int, target: str, *, method: str = "GET", host: str | None = None
) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    try:
        connection.putrequest(method, target, skip_host=True)
        connection.putheader("Host", f"127.0.0.1:{port}" if host is None else host)
        connection.endheaders()
        answer = connection.getresponse()
        return answer, answer.read()
    finally:
        connection.close()


def test_the_index_of_the_folder_is_served(port: int) -> None:
    answer, body = ask(port, "/")
    assert (answer.status, body) == (200, PAGE)
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"


def test_a_folder_with_a_report_leads_to_it(port: int) -> None:
    answer, _ = ask(port, "/wiki")
    assert (answer.status, answer.headers["Location"]) == (302, "/wiki/report.html")
    assert ask(port, "/wiki/")[1] == PAGE


def test_every_answer_carries_the_strict_headers(port: int) -> None:
    for target, method in (
        ("/", "GET"),
        ("/none", "GET"),
        ("/", "POST"),
        ("/", "HEAD"),
        ("/wiki/measures.parquet", "GET"),
    ):
        answer, _ = ask(port, target, method=method)
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none';")
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert "script-src" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "Python" not in answer.headers["Server"]


def test_the_policy_allows_the_pages_own_style_sheet_and_no_other(port: int) -> None:
    policy = ask(port, "/")[0].headers["Content-Security-Policy"]
    # sha256 of `p{color:red}` in base64, worked out with openssl
    assert "style-src 'sha256-p0bF+un5yUb9MBO6xRb8kPHlY2BdpHVtLiFkDrZPF64='" in policy


@pytest.mark.parametrize(
    "target",
    [
        "/../secret.html",
        "/%2e%2e/secret.html",
        "/wiki/..%2f..%2fsecret.html",
        "/wiki/%2e%2e/%2e%2e/secret.html",
        "//etc/passwd",
        "/wiki/out.html",
        "/wiki/key.html",
        "/wiki/pseudonym.key",
        "/wiki/.hidden.html",
        "/.git/index.html",
        "/.git/",
        "/lake/lake.json",
        "/lake/tables/x.parquet",
        "/wiki/nothing.html",
        "/wiki%00/report.html",
        "/wiki\\report.html",
    ],
)
def test_nothing_but_reports_is_served(port: int, target: str) -> None:
    answer, body = ask(port, target)
    assert answer.status == 404
    assert b"secret" not in body
    assert b"names" not in body


def test_only_reading_is_allowed(port: int) -> None:
    assert ask(port, "/", method="POST")[0].status == 501
    answer, body = ask(port, "/", method="HEAD")
    assert (answer.status, body) == (200, b"")
    assert answer.headers["Content-Length"] == str(len(PAGE))


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "", "127.0.0.1.evil.example"])
def test_a_page_elsewhere_that_points_its_name_here_learns_nothing(port: int, host: str) -> None:
    answer, body = ask(port, "/", host=host)
    assert answer.status == 421
    assert b"report" not in body


def test_a_folder_without_index_lists_its_reports(folder: Path, port: int) -> None:
    (folder / "index.html").unlink()
    body = ask(port, "/")[1].decode()
    assert 'href="wiki/report.html"' in body
    assert "lake" not in body


def test_the_server_listens_on_this_machine_alone(folder: Path) -> None:
    with server_for(folder, 0) as server:
        assert server.socket.getsockname()[0] == "127.0.0.1"


def test_a_port_in_use_is_said_in_one_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["serve", str(folder), "--port", str(port)]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"serve.port_in_use: port {port} cannot be used")
    assert "--port" in error


def test_a_lake_is_never_served(folder: Path) -> None:
    with pytest.raises(UsageError, match="serve.is_lake"):
        server_for(folder / "lake", 0)


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="serve.no_folder"):
        server_for(tmp_path / "none", 0)


def test_a_link_inside_the_folder_is_followed(folder: Path) -> None:
    (folder / "also").symlink_to(folder / "wiki")
    assert file_at(folder.resolve(), "/also/report.html") == (folder / "wiki" / "report.html").resolve()
