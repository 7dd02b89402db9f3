#!/bin/sh
# Install Rotoscope from the bundle that this file is in, without any network: sh install-bundle.sh /opt/rotoscope
set -eu
here=$(cd "$(dirname "$0")" && pwd)
[ $# = 1 ] || { echo "usage: $0 FOLDER" >&2; exit 2; }
python=${PYTHON:-python3}

(cd "$here" && sha256sum --check --quiet SHA256SUMS)
"$python" -m venv "$1"
"$1/bin/python" -m pip install --disable-pip-version-check --no-index --find-links "$here/wheels" --require-hashes \
    --requirement "$here/runtime.txt"
"$1/bin/python" -m pip install --disable-pip-version-check --no-index --find-links "$here/wheels" --no-deps rotoscope
"$1/bin/rotoscope" --version
echo "start it with $1/bin/rotoscope; its pages are in $here/docs, rotoscope doctor says what is wrong"
