# SPDX-License-Identifier: LGPL-2.1-or-later
"""Limits are properties of the unit. What the kernel makes of them takes controllers, which the fast machine lacks: the
sentences of test_limits.py about what is in force run on the virtual one."""

from .row import Elsewhere, Row


def limit(line, name, value, **options):
    return Row(line, unit={name: value}, **options)


ROWS = [
    limit("Memory=96m", "MemoryMax", str(96 << 20)),
    limit("PidsLimit=33", "TasksMax", "33"),
    limit("PidsLimit=-1", "TasksMax", "infinity"),
    limit("PodmanArgs=--memory=96m --memory-reservation=8m", "MemoryLow", str(8 << 20)),
    limit("PodmanArgs=-m 64m", "MemoryMax", str(64 << 20)),
    limit("PodmanArgs=--memory=96m --memory-swap=100m", "MemorySwapMax", str(4 << 20)),
    limit("PodmanArgs=--memory=96m --memory-swap=-1", "MemorySwapMax", "infinity"),
    limit("PodmanArgs=--cpus=1.5", "CPUQuotaPerSecUSec", "1.500000s"),
    limit("PodmanArgs=--cpu-quota=20000 --cpu-period=50000", "CPUQuotaPerSecUSec", "400ms"),
    limit("PodmanArgs=--cpu-quota=20000 --cpu-period=50000", "CPUQuotaPeriodUSec", "50ms"),
    limit("PodmanArgs=--cpu-shares=512", "CPUWeight", "50"),
    limit("PodmanArgs=-c 2048", "CPUWeight", "200"),
    limit("PodmanArgs=--cpuset-cpus=0-1", "AllowedCPUs", "0-1"),
    limit("PodmanArgs=--cpuset-mems=0", "AllowedMemoryNodes", "0"),
    limit("PodmanArgs=--blkio-weight=250", "IOWeight", "50"),
    limit("PodmanArgs=--pids-limit=44", "TasksMax", "44"),
    Row("PodmanArgs=--oom-score-adj=500", unit={"OOMScoreAdjust": "500"}, sees={"oom_score_adj": "500"}),
    Row("Memory=96m", service=("MemoryMax=64M",), unit={"MemoryMax": str(64 << 20)}),
    Row(service=("OOMScoreAdjust=300",), sees={"oom_score_adj": "300"}),
    Row(service=("Nice=5",), sees={"nice": 5}),
    Row("Memory=lots", fails=True, says="lots"),
    Row("PidsLimit=many", fails=True, says="many"),
    Row("PodmanArgs=--cpus=all", fails=True, says="--cpus"),
]

ELSEWHERE = [
    Elsewhere("PodmanArgs=--limits", case="test_limits.py", sentence="test_limits_that_are_not_in_force_are_named",
              reason="what the generator writes for the runner"),
    Elsewhere("Memory= in force", case="test_limits.py", sentence="test_limits_in_podmans_words_are_in_force"),
]
