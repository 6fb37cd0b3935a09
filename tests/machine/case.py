# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a file in cases/ imports: marks for test functions, and how to skip one."""


class Skip(Exception):
    """Raised with the reason why a case cannot run here."""


def needs(what):
    """@needs("controllers"): runs only where the user manager has the cgroup controllers, the virtual machine. Its kernel has AppArmor,
    too.
    @needs("trixie"), @needs("bookworm"): this suite only."""
    if what not in ("controllers", "bookworm", "trixie"):
        raise ValueError(f"needs({what!r}): unknown")

    def mark(function):
        function.needs = getattr(function, "needs", ()) + (what,)
        return function
    return mark


def on_each_kernel(function):
    """Also in the virtual machine, whose kernel is the suite's own: what Debian 12 and 13 refuse, a newer kernel may allow."""
    function.is_on_each_kernel = True
    return function


def row(*ids):
    """@row("N1"): this case shows that row of the table of shortcomings."""
    def mark(function):
        function.rows = getattr(function, "rows", ()) + ids
        return function
    return mark
