#!/usr/bin/env bash
# Makes lading-VERSION.tar.gz and its sha256 of the commit that is checked out: the same bytes wherever it is made.
#
#   packaging/release.sh [FOLDER [URL]]      # writes to FOLDER, or to dist/
#
# With the URL at which the archive is going to lie, the recipes that need it and the sha256 are written beside it.
# The archive builds with CMake and nlohmann/json alone: without Python, git or a network (packaging/README.md).
set -euo pipefail
cd "$(dirname "$0")/.."
folder="${1:-dist}"
version=$(sed -n 's/^#define LADING_VERSION "\(.*\)"/\1/p' cpp/src/version.hpp)
for file in pyproject.toml CITATION.cff; do
  grep -q "^version[ =:]*\"\?$version\"\?$" "$file" || { echo "$file does not say version $version" >&2; exit 1; }
done
if [ -n "$(git status --porcelain --untracked-files=no)" ]; then
  echo "there are changes that no commit holds; the archive would not have them" >&2
  exit 1
fi
mkdir -p "$folder"
archive="$folder/lading-$version.tar.gz"
git archive --format=tar --prefix="lading-$version/" HEAD | gzip -n -9 >"$archive"
if [ -n "${2:-}" ]; then
  sha256=$(sha256sum "$archive" | cut -d' ' -f1)
  for recipe in spack/package.py conda-forge/recipe.yaml lcg/lading.cmake; do
    mkdir -p "$folder/$(dirname "$recipe")"
    sed -e "s|@URL@|$2|" -e "s|@SHA256@|$sha256|" "packaging/$recipe" >"$folder/$recipe"
  done
fi
(cd "$folder" && sha256sum "lading-$version.tar.gz" | tee "lading-$version.tar.gz.sha256")
