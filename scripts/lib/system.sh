# Packages of the system. They are touched only where something is missing, and not at all with SETUP_SYSTEM=no.

APT_UPDATED=no
SUDO=()

# Whether packages can be installed here: Debian's apt, as root or by a sudo that asks nothing.
can_install() {
	[ "${SETUP_SYSTEM:-yes}" != no ] || return 1
	has apt-get || return 1
	if [ "$(id -u)" -eq 0 ]; then
		SUDO=()
	elif has sudo && sudo -n true 2>/dev/null; then
		SUDO=(sudo -n)
	else
		return 1
	fi
}

apt_get() {
	${SUDO[@]+"${SUDO[@]}"} env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0 -qq "$@"
}

apt_update() {
	[ "$APT_UPDATED" = no ] || return 0
	say "   refreshing the list of packages"
	apt_get update || return 1
	APT_UPDATED=yes
}

# apt_knows PACKAGE: whether apt can install it, by the lists it has.
apt_knows() { [ -n "$(apt-cache policy "$1" 2>/dev/null | sed -n 's/^  Candidate: \([^(].*\)/\1/p')" ]; }

# apt_install PACKAGE...: refreshes the lists at most once, and only where they are missing or out of date.
apt_install() {
	can_install || return 1
	local package
	for package in "$@"; do
		apt_knows "$package" || { apt_update || return 1; break; }
	done
	say "   installing $* from the system's packages"
	apt_get install -y --no-install-recommends "$@" >"$TOOLS/apt.log" 2>&1 && return 0
	if [ "$APT_UPDATED" = no ] && apt_update && apt_get install -y --no-install-recommends "$@" >"$TOOLS/apt.log" 2>&1; then return 0; fi
	tail -n 5 "$TOOLS/apt.log" >&2
	return 1
}
