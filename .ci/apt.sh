# apt_install PACKAGE...: install system packages without asking, as root or through a sudo that asks nothing.
# Fails, with the packages named, where neither is possible. The package list is refreshed once per run at most.
apt_refreshed=

apt_install() {
    local root=()
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null || ! sudo -n true 2>/dev/null; then
            echo "无权安装系统软件包 / no right to install system packages: $*" >&2
            return 1
        fi
        root=(sudo -n)
    fi
    command -v apt-get >/dev/null || { echo "没有 apt-get，请自行安装 / no apt-get, please install yourself: $*" >&2; return 1; }
    if [ -z "$apt_refreshed" ]; then
        "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq </dev/null || true
        apt_refreshed=yes
    fi
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" </dev/null >&2
}
