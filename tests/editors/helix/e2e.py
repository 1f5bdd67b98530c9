"""e2e.py HX WORKSPACE LANGUAGES OUTPUT: the server in a real Helix, in a terminal. LANGUAGES is the languages.toml that users take over; screens go to
OUTPUT as text."""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from terminal import Terminal

SENTENCE = "etcd-only in separate mode: nerdctl not installed here"
CONFIG = """
[editor]
true-color = true
idle-timeout = 50
[editor.lsp]
display-inlay-hints = true
[editor.inline-diagnostics]
cursor-line = "hint"
"""

hx, workspace, languages, output = sys.argv[1], *(Path(argument) for argument in sys.argv[2:])
output.mkdir(parents=True, exist_ok=True)
config = Path(os.environ["XDG_CONFIG_HOME"]) / "helix"
config.mkdir(parents=True)
(config / "config.toml").write_text(CONFIG)
shutil.copy(languages, config)
hosts = workspace / "hosts.yaml"
(workspace / "host_vars").mkdir()
(workspace / "host_vars/instance-3.yml").write_text("rack: 3\n")
lines = hosts.read_text().splitlines()
member = lines.index("        instance-3:") + 1
worker = lines.index("        instance-2:") + 1
passed = 0


def step(what: str) -> None:
    global passed
    passed += 1
    print(f"ok {passed} - {what}", flush=True)


def keep(name: str) -> None:
    (output / f"{name}.txt").write_text(terminal.screen())
    (output / f"{name}.ansi").write_text(terminal.screen("-e"))


def ask(*keys: str):
    """Presses keys in normal mode, for waits that repeat them."""

    def press() -> None:
        terminal.keys("Escape")
        for key in keys:
            terminal.keys(key)

    return press


def text_of(path: Path) -> str:
    """Helix saves by moving files: in between there is none."""
    try:
        return path.read_text()
    except FileNotFoundError:
        return ""


def new_line_below(line: int) -> None:
    """A line with the indentation of the one above, in insert mode: members of a group have eight blanks."""
    terminal.command(f"goto {line}")
    terminal.text("o")
    at = f" {line + 1}:9"
    terminal.wait("a new line", lambda screen: " INS " in screen and screen.splitlines()[-2].rstrip().endswith(at))


def until(what: str, holds) -> None:
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end, f"timed out waiting for {what}: {text_of(hosts)}"
        time.sleep(0.05)


terminal = Terminal([hx, "-v", "--log", str(output / "helix.log"), str(hosts)], workspace)
code = 0
try:
    terminal.wait("the file", lambda screen: "kube_control_plane" in screen)
    # Helix asks for hints when nothing happened for a moment after a key.
    terminal.wait("inlay hints", lambda screen: "etcd-only" in screen and "control plane" in screen, lambda: terminal.text("jk"))
    step("inlay hints name the roles")

    terminal.command(f"goto {member}")
    terminal.wait("the finding", lambda screen: SENTENCE in screen)
    step("the sentence stands at instance-3")

    terminal.text("gs")
    hover = ask("Space", "k")
    hover()
    screen = terminal.wait("the hover", lambda screen: "etcd-only in separate layout" in screen, hover)
    assert "not in k8s_cluster" in screen or "Installed" in screen, screen
    keep("hover")
    step("hover says what the host becomes")

    terminal.keys("Escape")
    new_line_below(worker)
    terminal.type("instance-3:")
    terminal.keys("Escape")
    terminal.command(f"goto {member + 1}")
    terminal.wait("no finding", lambda screen: SENTENCE not in screen and "instance-3:" in screen)
    step("it goes when instance-3 is typed into kube_node")
    terminal.text("u")
    terminal.command(f"goto {member}")
    terminal.wait("the finding", lambda screen: SENTENCE in screen, lambda: terminal.text("u"))
    step("it comes back with undo")

    new_line_below(worker)
    terminal.type("inst")
    # Two hosts are not in the group: in the menu each stands once more than in the text.
    terminal.wait("the menu", lambda screen: screen.count("instance-3") == 3, lambda: terminal.keys("C-x"))
    keep("completion")
    terminal.keys("Tab", "Tab", "Enter", "Escape")
    terminal.wait("the host", lambda screen: screen.count("instance-3:") == 3 and SENTENCE not in screen)
    terminal.command("reload")
    terminal.wait("the text as it was", lambda screen: "[+]" not in screen and screen.count("instance-3:") == 2)
    step("a completion is accepted")

    terminal.command(f"goto {member}")
    terminal.text("gs")
    terminal.text("gd")
    definition = lines.index("    instance-3:") + 1
    terminal.wait("the definition", lambda screen: f" {definition}:" in screen.splitlines()[-2])
    step("a name leads to its definition")

    terminal.command(f"goto {member}")
    terminal.text("gs")
    rename = ask("Space", "r")
    rename()
    terminal.wait("the prompt for a new name", lambda screen: "rename-to" in screen, rename)
    terminal.keys("C-u")
    terminal.text("db-3")
    terminal.keys("Enter")
    terminal.wait("the new name", lambda screen: screen.count("db-3:") == 2 and "instance-3" not in screen)
    until("the renamed file", (workspace / "host_vars/db-3.yml").exists)
    terminal.command("write")
    until("the saved file", lambda: text_of(hosts).count("db-3:") == 2)
    step("a host is renamed in the inventory and in host_vars")

    engine = workspace / "group_vars/all/engine.yml"
    engine.write_text("container_manager: crio\n")
    terminal.wait("the change from outside", lambda screen: SENTENCE.replace("nerdctl", "crictl") in screen)
    engine.unlink()
    terminal.wait("the change from outside", lambda screen: SENTENCE in screen)
    step("a file from outside is seen")

    symbols = ask("Space", "s")
    symbols()
    terminal.wait("the outline", lambda screen: "│" in screen and "kube_node" in screen and "db-3" in screen, symbols)
    keep("outline")
    terminal.keys("Escape")
    step("the outline lists groups and hosts")

    owner = workspace / "group_vars/all/owner.yml"
    owner.write_text("kube_owner: kube\n")
    terminal.command(f"open {owner}")
    actions = ask("Space", "a")
    terminal.wait("the variable file", lambda screen: "kube_owner" in screen)
    actions()
    terminal.wait("a quick fix", lambda screen: "kube_owner" in screen.replace("kube_owner: kube", "", 1) and "root" in screen, actions)
    keep("quick-fix")
    terminal.keys("Enter")
    terminal.wait("the fix", lambda screen: "kube_owner: root" in screen)
    terminal.keys("Escape")
    terminal.command("write")
    until("the saved fix", lambda: text_of(owner) == "kube_owner: root\n")
    step("a quick fix is applied and saved")

    # Helix 25.01 passes no arguments to a server's command, and opens no document for a server.
    version = re.findall(r"\d+", subprocess.run([hx, "--version"], capture_output=True, text=True, check=True).stdout)
    if [int(part) for part in version[:2]] > [25, 1]:
        terminal.command('lsp-workspace-command hostwise.openVariables "db-3"')
        terminal.wait("the page", lambda screen: "# Variables of db-3: etcd-only in separate layout" in screen)
        keep("variables")
        step("the variables of a host open as a document")
    terminal.command("quit-all!")
except AssertionError as error:
    print(f"not ok - {error}")
    code = 1
finally:
    terminal.close()
print(f"{passed} passed, {code} failed")
sys.exit(code)
