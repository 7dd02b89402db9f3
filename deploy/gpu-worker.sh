#!/bin/sh
# A machine with an NVIDIA GPU that trains and optimizes, from nothing: Debian 12 or 13, as root.
#
#   ROTOSCOPE_DATABASE_URL=postgresql://rotoscope:…@db.internal/rotoscope \
#   ROTOSCOPE_STORE=s3://our-bucket/rotoscope \
#   AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=… AWS_REGION=… \
#   sh deploy/gpu-worker.sh
#
# Run it in a checkout of Rotoscope, of the version that the other machines have. The driver of the GPU has to be
# there: nvidia-smi must answer. Once more does no harm.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
home=/opt/rotoscope
# From the index for CUDA 13.0; another one for older drivers: TORCH_INDEX=https://download.pytorch.org/whl/cu126.
torch_index=${TORCH_INDEX:-https://download.pytorch.org/whl/cu130}
torch=${TORCH:-torch==2.13.0}

: "${ROTOSCOPE_DATABASE_URL:?is to name the PostgreSQL that all machines share}"
: "${ROTOSCOPE_STORE:?is to name the bucket that all machines share}"
[ "$(id -u)" = 0 ] || { echo "run this as root" >&2; exit 1; }
command -v nvidia-smi > /dev/null || { echo "there is no nvidia-smi: install the driver first" >&2; exit 1; }
nvidia-smi --query-gpu=name,driver_version --format=csv,noheader

apt-get update
apt-get install --yes --no-install-recommends python3 python3-venv ca-certificates

id rotoscope > /dev/null 2>&1 || useradd --system --home-dir /var/lib/rotoscope --shell /usr/sbin/nologin rotoscope
usermod --append --groups video rotoscope

[ -x "$home/bin/python" ] || python3 -m venv "$home"
"$home/bin/pip" install --require-hashes --requirement "$here/requirements/runtime.txt"
"$home/bin/pip" install --index-url "$torch_index" "$torch"
"$home/bin/pip" install 'safetensors>=0.5,<1'
"$home/bin/pip" install --no-deps --no-build-isolation "$here"

# Secrets in a file that root alone may read; systemd reads it as root.
install --directory --mode=0700 /etc/rotoscope
umask 077
for name in ROTOSCOPE_DATABASE_URL ROTOSCOPE_STORE AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_REGION \
    AWS_ENDPOINT_URL; do
    eval "value=\${$name:-}"
    case $value in *"'"*) echo "$name holds a quote; write /etc/rotoscope/environment by hand" >&2; exit 1 ;; esac
    [ -z "$value" ] || printf "%s='%s'\n" "$name" "$value"
done > /etc/rotoscope/environment
umask 022

install --mode=0644 "$here/deploy/systemd/rotoscope-worker@.service" /etc/systemd/system/
# What is its own: the queues, and the GPU's devices, which the unit closes.
install --directory /etc/systemd/system/rotoscope-worker@gpu.service.d
cat > /etc/systemd/system/rotoscope-worker@gpu.service.d/gpu.conf << 'END'
[Service]
PrivateDevices=false
ExecStart=
ExecStart=/opt/rotoscope/bin/rotoscope worker --queues train,optimize --id %H-%i --device cuda
END
systemctl daemon-reload

# Says what is wrong, if anything; a fault ends this script.
set -a
. /etc/rotoscope/environment
set +a
ROTOSCOPE_DATA_DIR=/var/lib/rotoscope-gpu ROTOSCOPE_CACHE_DIR=/var/cache/rotoscope-gpu "$home/bin/rotoscope" doctor
systemctl enable --now rotoscope-worker@gpu.service
systemctl --no-pager status rotoscope-worker@gpu.service
