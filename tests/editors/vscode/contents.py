"""contents.py UNIVERSAL PLATFORM TARGET: the universal .vsix holds no program, the one of a platform holds an executable one and says for which it is."""

import re
import sys
from zipfile import ZipFile

universal, platform, target = sys.argv[1:]


def read(path: str) -> tuple[dict[str, int], str]:
    """The mode of every file, and the manifest."""
    with ZipFile(path) as archive:
        modes = {entry.filename: entry.external_attr >> 16 for entry in archive.infolist()}
        return modes, archive.read("extension.vsixmanifest").decode()


for path, wanted in ((universal, None), (platform, target)):
    modes, manifest = read(path)
    found = re.search(r'TargetPlatform="([^"]*)"', manifest)
    assert (found and found[1]) == wanted, f"{path}: TargetPlatform is {found and found[1]}, not {wanted}"
    programs = {name: mode for name, mode in modes.items() if name.startswith("extension/server/")}
    assert bool(programs) == bool(wanted), f"{path}: {sorted(programs)}"
    assert all(mode & 0o111 for mode in programs.values()), f"{path}: not executable"
    for name in ("dist/extension.js", "dist/topology.js", "dist/variables.css", "media/icon.png", "package.json"):
        assert f"extension/{name}" in modes, f"{path} lacks {name}"
    strange = [name for name in modes if re.search(r"node_modules|/src/|\.map$", name)]
    assert not strange, f"{path}: {strange}"
print("ok 1 - both packages hold what they should")
