"""``lading show``: one screen for a bundle, a file, a stream or a URL; of remote ones only what is shown is fetched."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import bundles
import numpy as np
import onnx
import pytest
from click.testing import CliRunner
from onnx import TensorProto, helper, numpy_helper

import lading
from lading.cli import main


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(bundles.write(tmp_path))
    return tmp_path


def show(*arguments: object, stdin: bytes | None = None, width: int = 80) -> str:
    found = CliRunner(env={"COLUMNS": str(width)}).invoke(main, ["show", *map(str, arguments)], input=stdin)
    assert found.exit_code == 0, found.output
    return found.output


@pytest.mark.parametrize("target", ["tau-id", "tau-id/", "tau-id/model.json", "tau-id.lading", "tau-id.onnx"])
def test_bundles_and_model_files(folder: Path, target: str) -> None:
    shown = show(target)
    assert shown.startswith("tau-id 1.0\n")
    assert re.search(r"in +jets +\[jet, variable\] float32", shown) and re.search(r"pt +MeV +/ 1000", shown)
    assert "p_pt, p_eta" in shown and re.search(r"licence +MIT", shown)


def test_standard_input(folder: Path) -> None:
    wanted = json.loads(show("tau-id", "--json"))
    found = json.loads(show("-", "--json", stdin=Path("tau-id/model.json").read_bytes()))
    assert found["inputs"] == wanted["inputs"] and found["digest"] == wanted["digest"]
    assert json.loads(show("-", "--json", stdin=Path("tau-id.onnx").read_bytes()))["function"] == wanted["function"]


@pytest.mark.parametrize("width", [80, 120])
def test_it_fits_the_terminal(folder: Path, width: int) -> None:
    made = lading.load("tau-id")
    made.description = "a description that is much longer than what fits on one line of a terminal " * 3
    made.input_list[0].variable_list[0].description = "calibrated transverse momentum " * 4
    made.save("long")
    assert max(map(len, show("long", "--graph", width=width).splitlines())) <= width


def test_json_is_all_facts(folder: Path) -> None:
    found = json.loads(show("tau-id", "--json", "--graph"))
    assert found["digest"] == lading.load("tau-id").digest
    assert found["inputs"][0]["variables"][0]["unit"] == "MeV"
    assert [node["operator"] for node in found["nodes"]] == ["Identity"]


# ---- URLs


class Server(ThreadingHTTPServer):
    """Serves a folder with ranges, and keeps what was asked for and how much was sent."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.asked, self.sent = folder, [], 0
        super().__init__(("127.0.0.1", 0), Handler)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/{path}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        file = self.server.folder / self.path.lstrip("/")
        self.server.asked.append(self.path)
        if not file.is_file():
            self.send_error(404)
            return
        data, last = file.read_bytes(), re.fullmatch(r"bytes=-(\d+)", self.headers.get("Range", ""))
        part = data[-int(last[1]) :] if last else data
        self.send_response(206 if last else 200)
        self.send_header("Content-Length", str(len(part)))
        self.end_headers()
        self.wfile.write(part)
        self.server.sent += len(part)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    made = Server(folder)
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


@pytest.mark.parametrize("path", ["tau-id", "tau-id/", "tau-id/model.json"])
def test_of_a_remote_bundle_only_model_json_is_fetched(server: Server, path: str) -> None:
    assert re.search(r"pt +MeV +/ 1000", show(server.url(path)))
    assert server.asked == ["/tau-id/model.json"]


def large_onnx(path: Path) -> None:
    weight = numpy_helper.from_array(np.zeros((4, 1 << 18), np.float32), "w")
    values = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name, shape in (("jets", ["jet", 4]), ("scores", ["jet", 1 << 18]))
    ]
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["jets", "w"], ["scores"])], "g", values[:1], values[1:], [weight]
    )
    onnx.save(helper.make_model(graph), path)


def test_of_a_remote_onnx_file_only_its_end_is_fetched(server: Server, folder: Path) -> None:
    large_onnx(folder / "large.onnx")
    assert re.search(r"in +jets", show(server.url("large.onnx")))
    assert server.sent < (folder / "large.onnx").stat().st_size / 20


def test_the_papers_in_a_remote_export_are_shown(server: Server) -> None:
    assert re.search(r"pt +MeV +/ 1000", show(server.url("tau-id.onnx")))


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("none", "/none/model.json: the server answers 404 Not Found"),
        ("none.onnx", "/none.onnx: the server answers 404 Not Found"),
    ],
)
def test_what_a_server_has_not_is_told_in_one_line(server: Server, path: str, told: str) -> None:
    found = CliRunner().invoke(main, ["show", server.url(path)])
    assert found.exit_code == 2 and found.output.strip().endswith(told) and len(found.output.splitlines()) == 1


def test_a_server_that_is_not_there_and_a_scheme_that_is_not_known() -> None:
    found = CliRunner().invoke(main, ["show", "http://127.0.0.1:9/tau-id"])
    assert found.exit_code == 2 and "http://127.0.0.1:9/tau-id/model.json: " in found.output
    found = CliRunner().invoke(main, ["show", "gopher://x/tau-id"])
    assert found.exit_code == 2 and "URLs begin with https://, http:// or file://" in found.output
