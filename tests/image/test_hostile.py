# SPDX-License-Identifier: LGPL-2.1-or-later
"""Layers made to break out: refused with a sentence, or unpacked without harm; nothing outside is touched."""

import os
import stat

import hostile


def look(folder):
    """All that could have been changed by somebody who got out."""
    seen = {}
    for path, _, names in os.walk(folder):
        for name in [".", *names]:
            status = os.lstat(os.path.join(path, name))
            text = open(os.path.join(path, name)).read() if stat.S_ISREG(status.st_mode) else ""
            seen[os.path.join(path, name)] = (status.st_mode, status.st_uid, status.st_nlink, status.st_mtime_ns, text)
    return seen


def check(box, name, data, word, outside):
    before = look(outside)
    result = box.run("import", f"hostile-{name}", f"tar:{box.write('layer.tar', data)}", check=False)
    assert look(outside) == before, f"{name}: something outside was changed"
    for folder in (box.home, box.store, box.store / "trash", box.store / "layers", *(box.store / "layers").iterdir()):
        assert not (folder / "escaped").exists(), name
    if word is None:
        assert result.status == 0, (name, result)
    elif result.status == 0:
        assert word == "", (name, result)
    else:
        assert result.status == 1 and word in result.err and result.err.count("\n") == 1, (name, result)
        assert "\x1b" not in result.err, result
    assert box.trash() == [], name


def test_hostile_layers_stay_inside(box):
    outside = box.home / "outside"
    outside.mkdir(mode=0o700)
    (outside / "victim").write_text("untouched")
    problems = []
    box.needs_ids()
    for name, data, word in hostile.layers(str(outside)):
        try:
            check(box, name, data, word, str(outside))
        except AssertionError as problem:
            problems.append(str(problem))
    assert not problems, "\n".join(problems)
    # All that was unpacked can be removed again.
    images = [line.split()[0] for line in box.run("images").out.split("\n")[1:] if line]
    assert len(images) > 20, images
    box.run("rmi", *images)
    assert box.layers() == [] and box.blobs() == [] and box.trash() == []
