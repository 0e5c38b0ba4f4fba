"""An environment of its own for a peer of a bench, made from a locked requirements file when it is first used."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def peer_python(name: str) -> Path:
    """The interpreter of the peer's environment `.bench/NAME`."""
    folder = ROOT / ".bench" / name
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run(["uv", "venv", "-q", "--python", sys.executable, str(folder)], check=True)
        lock = ROOT / "requirements" / f"bench-{name}.txt"
        subprocess.run(["uv", "pip", "install", "-q", "--python", str(python), "-r", str(lock)], check=True)
    return python
