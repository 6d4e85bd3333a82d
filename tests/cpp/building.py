"""How the tests run programs and build with CMake."""

from __future__ import annotations

import fcntl
import importlib.util
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]
Build = Callable[..., Path]
COMPILER = os.environ.get("CXX", "c++")
STRICT = ("-std=c++17", "-Wall", "-Wextra", "-Wpedantic", "-Werror")


def run(*command: str | Path, **options: object) -> str:
    """What a program prints; its output is shown if it fails."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)  # type: ignore[call-overload]
    said = done.stdout[-4000:] + done.stderr[-4000:]
    assert done.returncode == 0, f"exit code {done.returncode}: {command[0]}\n{said}"
    return str(done.stdout)


def refusal(command: list[str | Path], cwd: str | None = None) -> str:
    """What a program says that is to fail, on one line."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, cwd=cwd)
    assert done.returncode != 0
    return " ".join((done.stdout + done.stderr).split())


def cmake(source: Path, folder: Path, *options: str) -> Path:
    """Configures and builds ``source`` in ``folder``, one process at a time; whoever comes second finds it built."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        generator = ["-G", "Ninja"] if shutil.which("ninja") and not (folder / "CMakeCache.txt").exists() else []
        run("cmake", "-S", source, "-B", folder, *generator, *options)
        run("cmake", "--build", folder, "--parallel", str(os.cpu_count() or 2))
    return folder


def json_hints() -> list[str]:
    """The option that tells where PyPI's nlohmann/json is."""
    json = importlib.util.find_spec("nlohmann_json")
    return [f"-DLADING_JSON_HINTS={Path(json.origin).parent / 'include'}"] if json and json.origin else []


def configured(source: Path, folder: Path, *options: str) -> list[str | Path]:
    """The command that configures a project with lading in it, and compiles nothing."""
    return ["cmake", "-S", source, "-B", folder, *json_hints(), *options]


def pkg_config(folder: Path) -> list[str]:
    """The flags to compile and link with that the lading.pc in ``folder`` gives."""
    import pkgconf

    found = {**os.environ, "PKG_CONFIG_PATH": str(folder)}
    return run(pkgconf.get_executable(), "--cflags", "--libs", "lading", env=found).split()


def built_with_the_wheel() -> Path | None:
    """The folder of the wheel's build; None if it has no test programs (``tests/run`` asks for them) or older ones."""
    sources = [ROOT / "CMakeLists.txt", *(path for path in (ROOT / "cpp").rglob("*") if path.is_file())]
    newest = max(path.stat().st_mtime for path in sources)
    whole = (folder for folder in (ROOT / "build").glob("cp3*") if (folder / "cpp" / "tests" / "api").exists())
    return next((folder for folder in whole if (folder / "cpp" / "liblading.so").stat().st_mtime > newest), None)


def built(name: str, *options: str) -> Path:
    """The folder of a build of the library and its test programs, build/NAME.

    That of the wheel is taken for the plain one, if the programs were built with it and no source changed since.
    """
    if not options and (folder := built_with_the_wheel()) is not None:
        return folder
    return cmake(ROOT, ROOT / "build" / name, "-DLADING_TESTS=ON", *json_hints(), *options)
