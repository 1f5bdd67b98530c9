"""Compares `hostwise inventory` with ansible-core's own classes, in one process, over generated inventories.

    differential.py HOSTWISE N_CASES [SEED]

Exit 0: nothing differs. Each difference is printed with its files; a case is made again by its number.
"""

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from generator import Generator



from ansible import context
from ansible.cli.inventory import InventoryCLI
from ansible.errors import AnsibleError, AnsibleOptionsError, AnsibleParserError
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.vars import host_group_vars
from ansible.utils.context_objects import CLIArgs
from ansible.utils.display import Display
from ansible.vars.manager import VariableManager

N_SHOWN = 40


def write(root, files):
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode("utf-8", "surrogateescape"))


def options(case, mode, root):
    sources = [case["arguments"][i + 1] for i, a in enumerate(case["arguments"]) if a == "-i"]
    basedir = str(root / "play") if "--playbook-dir" in case["arguments"] else None
    values = {
        "list": "--list" in mode, "export": "--export" in mode, "host": mode[1] if mode[0] == "--host" else None, "graph": mode[0] == "--graph",
        "pattern": mode[1] if mode[0] == "--graph" and mode[-1] not in ("--graph", "--vars") else "all", "show_vars": "--vars" in mode, "basedir": basedir, "yaml": False, "toml": False,
        "subset": mode[mode.index("--limit") + 1] if "--limit" in mode else None, "verbosity": 0, "output_file": None, "inventory": sources,
    }
    return sources, values


def ansible(case, mode, root, state):
    """Exit status and standard output of ansible-inventory."""
    os.chdir(root)
    sources, values = options(case, mode, root)
    context.CLIARGS = CLIArgs(values)
    try:
        if "loaded" not in state:
            # The working directory is called "." in every case.
            for cache in (host_group_vars.CANONICAL_PATHS, host_group_vars.FOUND, host_group_vars.NAK):
                cache.clear()
            loader = DataLoader()
            if values["basedir"]:
                loader.set_basedir(values["basedir"])
            state["loaded"] = None
            inventory = InventoryManager(loader=loader, sources=[s if "," in s else str(root / s) for s in sources])
            state["loaded"] = (loader, inventory)
        if state["loaded"] is None:
            return 1, ""
        cli = InventoryCLI.__new__(InventoryCLI)
        cli.loader, cli.inventory = state["loaded"]
        cli.vm = VariableManager(loader=cli.loader, inventory=cli.inventory, version_info={})
        cli.inventory.subset(values["subset"])
        if values["host"]:
            hosts = cli.inventory.get_hosts(values["host"])
            if len(hosts) != 1:
                raise AnsibleOptionsError("one host")
            # Which Python runs Ansible cannot be known elsewhere.
            return 0, cli.dump(cli._get_host_variables(hosts[0])).replace(sys.executable, "/usr/bin/python3") + "\n"
        if values["graph"]:
            return 0, cli.inventory_graph() + "\n"
        return 0, cli.dump(cli.json_inventory(cli._get_group("all"))) + "\n"
    except AnsibleOptionsError:
        return 5, ""
    except AnsibleParserError:
        return 4, ""
    except AnsibleError:
        return 1, ""
    except Exception:
        return 250, ""


def ours(hostwise, case, mode, root):
    command = [hostwise, "inventory", *case["arguments"], *mode]
    done = subprocess.run(command, cwd=root, capture_output=True)
    return done.returncode, done.stdout.decode("utf-8", "surrogateescape")


def main():
    hostwise, n_cases = os.path.abspath(sys.argv[1]), int(sys.argv[2])
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    Display().display = lambda *args, **kwargs: None
    n_compared, n_unprintable, different = 0, 0, []
    with tempfile.TemporaryDirectory() as directory, ThreadPoolExecutor(2) as pool:
        for start in range(seed, seed + n_cases, 200):
            batch = []
            for number in range(start, min(start + 200, seed + n_cases)):
                root = Path(directory) / str(number)
                root.mkdir()
                case = Generator(number).case()
                write(root, case["files"])
                answers = [pool.submit(ours, hostwise, case, mode, root) for mode in case["modes"]]
                batch.append((number, root, case, answers))
            for number, root, case, answers in batch:
                state = {}
                for mode, answer in zip(case["modes"], answers):
                    theirs = ansible(case, mode, root, state)
                    if theirs[0] == 250:
                        n_unprintable += 1
                        continue
                    n_compared += 1
                    if answer.result() != theirs:
                        different.append((number, case, mode, theirs, answer.result()))
                os.chdir(directory)
                shutil.rmtree(root)
            print(f"{start + len(batch) - seed} inventories, {n_compared} outputs, {len(different)} different", file=sys.stderr, flush=True)
    print(f"{n_cases} inventories, {n_compared} outputs compared, {n_unprintable} that Ansible cannot print, {len(different)} different")
    for number, case, mode, theirs, answer in different[:N_SHOWN]:
        print(f"\n=== case {number}: {' '.join(case['arguments'] + mode)}")
        for path, text in sorted(case["files"].items()):
            print(f"--- {path}\n{text}")
        print(f"--- Ansible: exit {theirs[0]}; here: exit {answer[0]}")
        import difflib

        lines = difflib.unified_diff(theirs[1].splitlines(), answer[1].splitlines(), "ansible", "hostwise", lineterm="", n=1)
        print("\n".join(list(lines)[:40]))
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
