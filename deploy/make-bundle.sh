#!/bin/sh
# A folder with which Rotoscope is installed where there is no network: wheels, filters, documentation.
#
#   sh deploy/make-bundle.sh bundle
#   sh deploy/make-bundle.sh bundle --python-version 3.12 --platform manylinux_2_28_x86_64
#
# What follows the folder is said to pip download: by default the bundle is for machines like this one. Own
# filters come along from the folder that FILTERS names. PYTHON names the Python that is used.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
[ $# -ge 1 ] || { echo "usage: $0 FOLDER [OPTIONS OF PIP DOWNLOAD]" >&2; exit 2; }
bundle=$1
shift
[ ! -e "$bundle" ] || { echo "$bundle is there already; name another folder" >&2; exit 1; }
part="$bundle.part"
rm -rf "$part"
trap 'rm -rf "$part"' EXIT
mkdir -p "$part/filters"
python=${PYTHON:-python3}

"$python" -m pip download --disable-pip-version-check --only-binary=:all: --require-hashes \
    --requirement "$here/requirements/runtime.txt" --dest "$part/wheels" "$@"
"$python" -m pip wheel --disable-pip-version-check --no-deps --wheel-dir "$part/wheels" "$here"
cp "$here/requirements/runtime.txt" "$here/deploy/install-bundle.sh" "$here/README.md" "$here/LICENSE" \
    "$here/NOTICE" "$part/"
cp -R "$here/docs" "$part/docs"
cp "$here"/src/rotoscope/palette/bundled/*.onnx* "$part/filters/"
if [ -n "${FILTERS:-}" ]; then
    cp "$FILTERS"/*.onnx "$part/filters/"
fi
(cd "$part" && find . -type f ! -name SHA256SUMS -exec sha256sum {} + | sort -k 2 > SHA256SUMS)
mv "$part" "$bundle"
echo "$bundle: $(ls "$bundle/wheels" | wc -l) wheels, $(du -sh "$bundle" | cut -f 1); there: sh install-bundle.sh FOLDER"
