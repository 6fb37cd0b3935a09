# SPDX-License-Identifier: LGPL-2.1-or-later
"""Measures Wolffia beside its peers, in one run on one machine.

    run             the command
    bench.py        what a topic gets (Bench) and gives back (Row, Bar)
    table.py        prints it
    peers.py        one root file system, and each program's way to run it
    sources.py      .container files as people write them
    serve.py        containers that serve, alone and as members of a network
    start.py, enter.py, generator.py, memory.py, network.py    the topics: a module with measure(bench), listed in run
    inside/         what runs in the machine"""
