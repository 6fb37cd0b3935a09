# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes images of every form out of a few lines of Python, without any tool for containers."""

import gzip
import hashlib
import io
import json
import platform
import tarfile
from pathlib import Path

ARCHITECTURE = {"x86_64": "amd64", "aarch64": "arm64", "i686": "386", "riscv64": "riscv64", "s390x": "s390x",
                "ppc64le": "ppc64le"}.get(platform.machine(), platform.machine())
TYPE = "application/vnd.oci.image."


def entry(name, text=None, **attributes):
    """A tar member: a folder where TEXT is None, else a file. Attributes are TarInfo's."""
    info = tarfile.TarInfo(name)
    info.type = tarfile.DIRTYPE if text is None else tarfile.REGTYPE
    info.mode = 0o755 if text is None else 0o644
    info.mtime = 1_600_000_000
    data = (text or "").encode()
    for key, value in attributes.items():
        setattr(info, key, value)
    info.size = len(data) if info.type == tarfile.REGTYPE else 0
    return info, data


def link(name, target, **attributes):
    return entry(name, "", type=tarfile.SYMTYPE, linkname=target, mode=0o777, **attributes)


def hard_link(name, target, **attributes):
    return entry(name, "", type=tarfile.LNKTYPE, linkname=target, **attributes)


def tar(*entries, format=tarfile.PAX_FORMAT):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=format, errors="surrogateescape") as archive:
        for info, data in entries:
            archive.addfile(info, io.BytesIO(data))
    return stream.getvalue()


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def compress_gzip(data):
    """The same bytes whenever it is done."""
    return gzip.compress(data, mtime=0)


class Image:
    """A configuration, a manifest and layers. LAYERS are tar archives; COMPRESS makes blobs of them."""

    def __init__(self, *layers, config=None, compress=compress_gzip, architecture=ARCHITECTURE, diff_ids=None, os="linux"):
        self.layers = list(layers)
        self.architecture = architecture
        self.blobs = [compress(layer) for layer in layers]
        self.config = json.dumps({
            "architecture": architecture, "os": os, "config": config or {}, "created": "2024-02-03T04:05:06Z",
            "rootfs": {"type": "layers", "diff_ids": diff_ids or [digest(layer) for layer in layers]},
        }).encode()
        self.manifest = json.dumps({
            "schemaVersion": 2, "mediaType": TYPE + "manifest.v1+json",
            "config": {"mediaType": TYPE + "config.v1+json", "digest": digest(self.config), "size": len(self.config)},
            "layers": [{"mediaType": TYPE + "layer.v1.tar+gzip", "digest": digest(blob), "size": len(blob)}
                       for blob in self.blobs],
        }).encode()

    def descriptor(self, name=None, with_platform=False):
        described = {"mediaType": TYPE + "manifest.v1+json", "digest": digest(self.manifest), "size": len(self.manifest)}
        if name:
            described["annotations"] = {"org.opencontainers.image.ref.name": name}
        if with_platform:
            described["platform"] = {"architecture": self.architecture, "os": "linux"}
        return described

    def files(self):
        """Name in an OCI layout → contents."""
        return {f"blobs/sha256/{digest(data)[7:]}": data for data in [self.config, self.manifest, *self.blobs]}


def layout_files(*images, index=None):
    files = {}
    for image in images:
        files.update(image.files())
    if index is None:
        index = {"schemaVersion": 2, "manifests": [image.descriptor() for image in images]}
    files["index.json"] = json.dumps(index).encode()
    files["oci-layout"] = b'{"imageLayoutVersion": "1.0.0"}'
    return files


def nested(*images):
    """A layout whose index names an index, one image for each architecture."""
    inner = json.dumps({"schemaVersion": 2, "mediaType": TYPE + "index.v1+json",
                        "manifests": [image.descriptor(with_platform=True) for image in images]}).encode()
    outer = {"schemaVersion": 2, "manifests": [{"mediaType": TYPE + "index.v1+json", "digest": digest(inner),
                                                "size": len(inner)}]}
    files = layout_files(*images, index=outer)
    files[f"blobs/sha256/{digest(inner)[7:]}"] = inner
    return files


def docker_files(*images, tags=None, links=False):
    """What `docker save` writes: layers as they are, named after themselves. With LINKS, as before Docker 1.10."""
    files, manifest = {}, []
    for number, image in enumerate(images):
        names = []
        for place, layer in enumerate(image.layers):
            name = f"{digest(b'%d-%d' % (number, place))[7:]}/layer.tar"
            same = next((other for other in files if files[other] == layer), None)
            files[name] = ("../" + same) if links and same else layer
            names.append(name)
        config = digest(image.config)[7:] + ".json"
        files[config] = image.config
        manifest.append({"Config": config, "RepoTags": (tags or [["demo:1"]])[number], "Layers": names})
    files["manifest.json"] = json.dumps(manifest).encode()
    return files


def write_folder(path, files):
    for name, data in files.items():
        target = Path(path, name)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return path


def write_tar(path, files, mode="w"):
    with tarfile.open(path, mode) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            if isinstance(data, str):
                info.type, info.linkname, data = tarfile.SYMTYPE, data, b""
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path
