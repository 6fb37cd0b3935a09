# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a row is made of, and the ways of comparing."""

from dataclasses import dataclass, field


class Row:
    """One container.

    Lines of [Container] first; then, by name:

    probe     words for the probe, instead of Exec=
    sees      path in the view (view.py) → what is there
    says      texts that are in the unit's journal, the generator's remarks included
    hushes    texts that are not
    fails     whether the unit fails; then nothing is seen
    unit      property of the unit → its value
    running   the same while the container runs (the probe waits); polled
    outside   (command, answer): what alice's command prints while it runs, polled; {unit} is the unit's name
    after     the same when all has ended
    before    what alice does before, a command; root the same as root
    service   lines of [Service]
    files     name → text of further unit files
    network   leave out the Network=none that rows have for speed
    twin      whether the row is run once more with its keys as PodmanArgs=
    image     another image than the usual one; "" for none"""

    def __init__(self, *lines, probe="", sees=None, says=(), hushes=(), fails=False, unit=None, running=None, outside=None,
                 after=None, before="", root="", service=(), files=None, network=False, twin=True, image="localhost/matrix"):
        self.lines, self.probe, self.sees = lines, probe, sees or {}
        self.says = (says,) if isinstance(says, str) else tuple(says)
        self.hushes, self.fails, self.properties = hushes, fails, unit or {}
        self.running, self.outside, self.after = running or {}, outside, after
        self.before, self.root, self.service, self.files = before, root, service, files or {}
        self.network = network or any(line.startswith(("Network=", "Pod=")) for line in lines)
        self.twin, self.image = twin, image

    @property
    def waits(self):
        return any(word == "wait" or word.startswith(("listen:", "udp:")) for word in self.probe.split())

    def unit(self, default):
        """What its unit is called."""
        return next((line.partition("=")[2] for line in self.lines if line.startswith("ServiceName=")), default)

    def text(self):
        """The .container file."""
        lines = ["[Container]"]
        lines += [f"Image={self.image}"] if self.image else []
        lines += [] if self.network else ["Network=none"]
        lines += self.lines
        lines += [f"Exec={self.probe}"] if self.probe else []
        lines += ["[Service]", *self.service] if self.service else []
        return "\n".join(lines) + "\n"


@dataclass
class Elsewhere:
    """Options that another case shows: its file and the beginning of its sentence, or a unit test's or a golden case's path."""
    options: tuple
    case: str
    sentence: str = ""
    reason: str = ""

    def __init__(self, *options, case, sentence="", reason=""):
        self.options, self.case, self.sentence, self.reason = options, case, sentence, reason


@dataclass
class Has:
    """All of these are in it: parts of a text, members of a list or set."""
    things: tuple = field(default=())

    def __init__(self, *things):
        self.things = things

    def __eq__(self, seen):
        return seen is not None and all(thing in seen for thing in self.things)


class Lacks(Has):
    def __eq__(self, seen):
        return seen is not None and not any(thing in seen for thing in self.things)


@dataclass
class Both:
    conditions: tuple

    def __init__(self, *conditions):
        self.conditions = conditions

    def __eq__(self, seen):
        return all(condition == seen for condition in self.conditions)


@dataclass
class Is:
    """What a function says is right; TEXT is how to call it."""
    text: str
    function: object = field(repr=False)

    def __eq__(self, seen):
        return seen is not None and bool(self.function(seen))


ABSENT = None
