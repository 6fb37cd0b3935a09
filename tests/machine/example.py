# SPDX-License-Identifier: LGPL-2.1-or-later
"""Shows the main job: builds Wolffia and runs a web server's .container file as a service of an ordinary user.

Where systemd runs and you came by sudo, it is installed in /usr/local and the service becomes yours. Anywhere else (a
build machine, a container) the same happens on a throw-away Debian machine, which is gone afterwards."""

import argparse
import os
import pwd
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

from . import backend, build, host, images, nspawn, packages, root
from .machine import Machine

EXAMPLE = host.SOURCE / "examples" / "web.container"
URL = "http://127.0.0.1:8080/"


def parse():
    parser = argparse.ArgumentParser(prog="examples/try", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--machine", action="store_true", help="on a throw-away machine, though systemd runs here")
    parser.add_argument("--suite", choices=packages.SUITES, default="trixie",
                        help="which Debian release the throw-away machine is (default: %(default)s)")
    parser.add_argument("--keep", action="store_true", help="leave the throw-away machine up")
    return parser.parse_args()


class Here:
    """This machine, as the user who called sudo."""

    image = property(lambda self: images.prepared("nginx"))

    def __init__(self, user):
        self.user = pwd.getpwnam(user)

    @classmethod
    def find(cls):
        """None, and why, where there is no user manager to use."""
        user = os.environ.get("SUDO_USER")
        if not os.path.isdir("/run/systemd/system"):
            return None, "systemd does not run here"
        if user in (None, "root"):
            return None, "no ordinary user called this by sudo"
        here = cls(user)
        if not here.runtime.is_dir():
            return None, f"the user manager of {user} does not run (log in as {user}, or loginctl enable-linger {user})"
        return here, None

    @property
    def runtime(self):
        return Path(f"/run/user/{self.user.pw_uid}")

    def run(self, command):
        environment = {
            "HOME": self.user.pw_dir, "USER": self.user.pw_name, "LOGNAME": self.user.pw_name, "LANG": "C.UTF-8",
            "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "XDG_RUNTIME_DIR": str(self.runtime),
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={self.runtime}/bus",
        }
        done = subprocess.run(["bash", "-c", command], env=environment, cwd=self.user.pw_dir, text=True,
                              user=self.user.pw_uid, group=self.user.pw_gid,
                              extra_groups=os.getgrouplist(self.user.pw_name, self.user.pw_gid),
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode, done.stdout

    def install(self):
        suite = release()
        wanted = packages.RUN + packages.BUILD + packages.BUILD_IN_SUITE.get(suite, ["systemd-dev"]) + ["curl"]
        present = subprocess.run(["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n"], text=True,
                                 stdout=subprocess.PIPE, check=True).stdout.split("\n")
        missing = [name for name in wanted if f"{name} installed" not in present]
        if missing:
            host.apt_install(missing)

        folder = build.cache_folder("here")
        progress = host.Progress("building")
        if not (folder / "build.ninja").exists():
            self.step(progress, "meson setup", "meson", "setup", folder, host.SOURCE, "--prefix=/usr/local",
                      "-Duser-generator-dir=/usr/local/lib/systemd/user-generators", "-Dtests=false")
        self.step(progress, "ninja", "ninja", "-C", folder)
        self.step(progress, "meson install", "meson", "install", "-C", folder, "--no-rebuild")
        progress.done("installed in /usr/local")

    def step(self, progress, title, *command):
        progress.step(title)
        done = subprocess.run(command, stdin=subprocess.DEVNULL, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        if done.returncode != 0:
            raise host.HostError(f"{title} failed:\n{done.stdout[-4000:]}")

    def farewell(self):
        folder = build.cache_folder("here")
        return ("To stop it:                   systemctl --user stop web\n"
                "To have it at each boot:      loginctl enable-linger\n"
                "To remove it:                 rm ~/.config/wolffia/web.container; systemctl --user daemon-reload; "
                "wolffia rmi localhost/nginx\n"
                f"To uninstall Wolffia:         sudo ninja -C {folder} uninstall")

    def end(self):
        pass


class ThrowAway:
    """A Debian machine that lives as long as this program."""

    image = f"{images.INSIDE}/nginx.oci.tar"

    def __init__(self, options):
        self.keep = options.keep
        host.install_missing(packages.HOST)
        backend.sweep()
        self.prepared = root.prepared(options.suite)
        binds = build.binds(self.prepared) + images.binds(["nginx"])
        progress = host.Progress(f"{options.suite}: booting")
        self.backend = nspawn.Nspawn.create(options.suite, self.prepared)
        try:
            self.backend.boot(binds=binds, stay=self.keep)
        except BaseException:
            self.backend.destroy()
            raise
        self.machine = Machine(self.backend)
        progress.done("up")

    def run(self, command):
        result = self.machine.alice(f"exec 2>&1; {command}", check=False, timeout=300)
        return result.status, result.out

    def install(self):
        progress = host.Progress("building")
        with build.lock(self.machine, build.WITHOUT_TESTS):
            build.install(self.machine, build.setup_and_compile(self.machine, build.WITHOUT_TESTS))
        progress.done("installed on the machine")

    def farewell(self):
        if self.keep:
            return (f"The machine is still up. To enter it:  {self.backend.enter()}\n"
                    f"To destroy it:                         tests/machine/shell --stop {self.backend.folder.name}")
        return ("The machine is destroyed now; examples/try --keep leaves it up to look around. On a machine of\n"
                "yours, systemctl --user stop web stops the service; removing ~/.config/wolffia/web.container and\n"
                "systemctl --user daemon-reload removes it; wolffia rmi localhost/nginx removes the image.")

    def end(self):
        if not self.keep:
            self.backend.destroy()


def release():
    """The code name in /etc/os-release."""
    for line in Path("/etc/os-release").read_text().splitlines():
        if line.startswith("VERSION_CODENAME="):
            return line.partition("=")[2].strip('"')
    return ""


def show(place, command):
    """Runs a command as the user would type it, and shows both."""
    print(f"\n$ {command}", flush=True)
    status, text = place.run(command)
    print(text, end="", flush=True)
    if status != 0:
        seen = "" if "status" in command else place.run("systemctl --user status --no-pager --full web")[1]
        raise host.HostError(f"'{command}' ended with status {status}\n{seen}")


def write_file(place):
    """The example, where the user has none of that name yet."""
    text = EXAMPLE.read_text()
    status, _ = place.run("mkdir -p ~/.config/wolffia && test -e ~/.config/wolffia/web.container")
    if status != 0:
        place.run(f"printf %s {shlex.quote(text)} >~/.config/wolffia/web.container")


def main_job(place):
    status, listed = place.run("wolffia images")
    if "localhost/nginx" not in listed:
        show(place, f"wolffia import localhost/nginx {place.image}")
    write_file(place)
    show(place, "cat ~/.config/wolffia/web.container")
    show(place, "systemctl --user daemon-reload")
    show(place, "systemctl --user start web")
    show(place, f"curl -sS --retry 5 --retry-all-errors {URL}")
    time.sleep(0.5)
    show(place, "systemctl --user status --no-pager --lines=0 web")
    show(place, "journalctl --user --no-pager --output=short --lines=8 --unit=web")


def terminate(number, frame):
    raise KeyboardInterrupt


def main():
    options = parse()
    host.require_root("examples/try")
    signal.signal(signal.SIGTERM, terminate)
    here, reason = Here.find()
    if here and not options.machine:
        place = here
    else:
        host.say(f"{reason or 'as you wish'}: using a throw-away Debian machine")
        place = ThrowAway(options)
    try:
        place.install()
        main_job(place)
        print(f"\n{place.farewell()}")
    finally:
        place.end()


if __name__ == "__main__":
    try:
        main()
    except (host.HostError, build.BuildError) as error:
        sys.exit(f"examples/try: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
