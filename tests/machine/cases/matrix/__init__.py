# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every option of the table by its view from inside: rows of data, and what starts and reads them.

How it works

A row (row.py) is lines of a .container file, and what the probe (tests/machine/inside/probe.c) is to see then. The rows of a
theme become units that are started all at once (start.py); what the probe printed comes back through the journal and is read
by view.py. Nothing but data is in the files of themes, so that tests/docs/check-matrix.py can read them without a machine and
compare them with the key table and the manual: an option without a row is a fault there."""

from . import environment, identity, ignored, life, limits, mounts, network, security, volumes

THEMES = {module.__name__.rpartition(".")[2]: module.ROWS for module in
          (environment, identity, ignored, life, limits, mounts, network, security, volumes)}
ELSEWHERE = [entry for module in (environment, identity, life, limits, mounts, network, security, volumes)
             for entry in getattr(module, "ELSEWHERE", ())]
