# SPDX-License-Identifier: LGPL-2.1-or-later
"""Start, readiness, health, reload, stop, logs, systemd as payload."""

from .row import Elsewhere, Has, Is, Lacks, Row

HEALTHY = {"StatusText": Has("healthy")}
SYSTEMD = {"mount:/run": Has("tmpfs"), "mount:/run/lock": Has("tmpfs"), "mount:/tmp": Has("tmpfs"), "mount:/var/log/journal": Has("tmpfs"),
           "env:container_uuid": Is("32 digits", lambda text: len(text) == 32), "mount:/sys/fs/cgroup": Has(" rw,")}


def health(*lines, **options):
    return Row("HealthCmd=CMD /probe exit:0", *lines, probe="wait", running={"StatusText": Has("healthy"), "ActiveState": "active"}, **options)


ROWS = [
    Row("RunInit=yes", probe="wait", sees={"pid": Is("not 1", lambda pid: pid > 1), "init": Lacks("probe")}),
    Row("RunInit=no", sees={"pid": 1}),
    Row("PodmanArgs=--tty", sees={"pid": 1, "tty": True, "env:TERM": "xterm"}),
    Row("PodmanArgs=--interactive", sees={"tty": False}),
    Row("PodmanArgs=-t", "Environment=TERM=vt100", sees={"tty": True, "env:TERM": "vt100"}),
    Row("PodmanArgs=--init", sees={"pid": Is("not 1", lambda pid: pid > 1)}),
    Row("PodmanArgs=--systemd=always", sees={"pid": 1, **SYSTEMD}),
    Row("PodmanArgs=--systemd=true", sees={"mount:/run": None, "mount:/sys/fs/cgroup": Has(" ro,")}),
    Row("PodmanArgs=--systemd=false", sees={"mount:/run": None}),
    Row("PrivateNetworkOverride=yes", "PodmanArgs=--systemd=always", probe="list:/run/systemd/system", sees=SYSTEMD),
    Row("PrivateNetworkOverride=no", "PodmanArgs=--systemd=always", sees=SYSTEMD),
    Row("PrivateNetworkOverride=auto", "PodmanArgs=--systemd=always", sees=SYSTEMD),
    Row("PrivateNetworkOverride=perhaps", fails=True, says="perhaps"),

    Row("Notify=yes", probe="ready wait", sees={"env:NOTIFY_SOCKET": Has("/run/notify")},
        running={"ActiveState": "active", "StatusText": "as the payload says"}),
    Row("Notify=no", probe="wait", sees={"env:NOTIFY_SOCKET": None}, running={"ActiveState": "active"}),
    Row("PodmanArgs=--sdnotify=container", probe="ready wait", running={"StatusText": "as the payload says"}),
    Row("PodmanArgs=--sdnotify=conmon", probe="wait", sees={"env:NOTIFY_SOCKET": None}, running={"ActiveState": "active"}),
    Row("Notify=healthy", "HealthCmd=CMD /probe exit:0", probe="wait", running={"ActiveState": "active", **HEALTHY}),
    Row("Notify=healthy", fails=True, says="waits for a health check"),

    health(),
    health("HealthInterval=1s", "HealthTimeout=5s", "HealthRetries=2", "HealthStartPeriod=1s", "HealthOnFailure=none"),
    Row("HealthCmd=CMD /probe exit:0", "HealthInterval=disable", probe="wait", running={"ActiveState": "active", "StatusText": Lacks("healthy")}),
    Row("HealthCmd=CMD /probe exit:0", "HealthInterval=disable", "Notify=healthy", fails=True, says="waits for a health check"),
    health("HealthStartupCmd=CMD /probe exit:0", "HealthStartupInterval=100ms", "HealthStartupRetries=3", "HealthStartupSuccess=2",
           "HealthStartupTimeout=5s"),
    Row('HealthCmd=["CMD", "/probe", "exit:1"]', "HealthInterval=100ms", "HealthRetries=1", probe="wait",
        running={"StatusText": Has("unhealthy")}),
    Row("HealthCmd=CMD /probe exit:1", "HealthInterval=100ms", "HealthRetries=1", "HealthOnFailure=kill", probe="wait", fails=True,
        running={"ActiveState": "failed"}, says="is unhealthy, so it is killed"),
    Row("HealthCmd=CMD /probe exit:1", "HealthInterval=100ms", "HealthRetries=1", "HealthOnFailure=stop", probe="wait", fails=True,
        running={"ActiveState": "failed"}, says="is unhealthy", sees={"signal": "USR1"}),
    Row("HealthCmd=CMD /probe exit:1", "HealthInterval=100ms", "HealthRetries=1", "HealthOnFailure=restart", probe="wait",
        service=("RestartSec=1h",), unit={"Restart": "on-failure"}, running={"SubState": "auto-restart"}),
    Row("HealthStartupCmd=CMD /probe exit:1", "HealthCmd=CMD /probe exit:0", "HealthStartupInterval=100ms", "HealthStartupRetries=2", probe="wait",
        fails=True, running={"ActiveState": "failed"}, says="is unhealthy, so it is stopped"),
    Row("HealthCmd=none", probe="wait", running={"StatusText": Lacks("healthy"), "ActiveState": "active"}),

    Row("ReloadSignal=SIGHUP", probe="wait", outside=("systemctl --user reload {unit}; systemctl --user show -P ActiveState {unit}", Is("an answer", bool)),
        sees={"signal": "HUP"}, twin=False),
    Row("ReloadCmd=/probe exit:0", probe="wait", outside=("systemctl --user reload {unit} && echo reloaded", "reloaded\n"), twin=False),
    Row("ReloadCmd=/probe exit:3", probe="wait", outside=("systemctl --user reload {unit} 2>/dev/null || echo refused", "refused\n"), twin=False),
    Row(probe="wait", sees={"signal": "USR1"}),
    Row("StopSignal=SIGQUIT", probe="wait", sees={"signal": "QUIT"}),
    Row("StopSignal=SIGRTMIN+3", probe="wait", sees={"signal": Is("the third of them", lambda name: name.startswith("RTMIN"))}),
    Row("StopSignal=12", probe="wait", sees={"signal": "USR2"}),
    Row(probe="wait", service=("KillSignal=SIGINT",), sees={"signal": "INT"}),
    Row("StopTimeout=20", probe="wait", unit={"TimeoutStopUSec": "30s"}),
    Row("StopTimeout=5min", probe="wait", unit={"TimeoutStopUSec": "5min 10s"}),
    Row("Linger=yes", probe="wait", outside=("loginctl show-user -P Linger alice", "yes\n")),
    Row("Linger=no", sees={"uid": 0}),
    Row("PodmanArgs=--standard-input=null", sees={"descriptors": Is("nothing to read", lambda fds: fds["0"] == "/dev/null")}),
    Row(probe="exit:7", fails=True, unit={"ExecMainStatus": "7"}),

    Row("LogDriver=journald", sees={"uid": 0}),
    Row("LogDriver=none", probe="exit:0", hushes=('"pid":1',)),
    Row("LogDriver=passthrough", probe="wait", sees={"descriptors": Is("a socket of the journal", lambda fds: "socket" in fds["1"])}),
    Row("LogDriver=k8s-file", "LogOpt=path=%h/matrix/{unit}.log", "LogOpt=max-size=1m", hushes=('"pid":1',),
        after=("grep -c ' stdout [FP] {\"pid\"' ~/matrix/{unit}.log", "1\n")),
    Row("LogDriver=json-file", "LogOpt=path=%h/matrix/{unit}.log", after=("grep -c ' stdout [FP] {\"pid\"' ~/matrix/{unit}.log", "1\n")),
    Row("LogDriver=k8s-file", "LogOpt=tag=x", says="tag", hushes=('"pid":1',)),
    Row("LogDriver=wrong", fails=True, says="wrong"),
]

ELSEWHERE = [
    Elsewhere("Notify=yes of a whole system", case="test_systemd.py", sentence="test_a_system_finds_what_it_expects"),
]
