"""`holdfast console` with nothing made before: an office, its operator's link, and pages that answer."""

import http.client
import re
import subprocess
import sys
from pathlib import Path

from web.browsers import free_port


def test_the_console_starts_with_nothing_else_and_the_link_opens(tmp_path: Path) -> None:
    port = free_port()
    command = [str(Path(sys.executable).with_name("holdfast")), "console", "--office", str(tmp_path / "office")]
    with subprocess.Popen(
        [*command, "--port", str(port)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            assert process.stdout is not None
            lines = []
            while not lines or not lines[-1].startswith("console:"):
                lines.append(process.stdout.readline())
                assert lines[-1], lines
            link = re.search(rf"http://localhost:{port}(/join/\S+)", "".join(lines))
            assert link is not None
            for address in ("/accounts/login/", link[1], "/static/console/console.css"):
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
                connection.request("GET", address, headers={"Host": f"localhost:{port}"})
                assert connection.getresponse().status == 200, address
                connection.close()
        finally:
            # not by Ctrl-C's signal: a run in the background of a shell ignores that one
            process.terminate()
            process.wait(timeout=60)
    assert (tmp_path / "office-keys" / "master.key").stat().st_mode & 0o777 == 0o600
