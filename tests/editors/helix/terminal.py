"""A program in a tmux server of its own: type keys, read the screen, wait for what is on it."""

import os
import subprocess
import time
import uuid
from collections.abc import Callable
from pathlib import Path


class Terminal:
    def __init__(self, command: list[str], directory: Path, columns: int = 120, rows: int = 36) -> None:
        self.socket = f"hostwise-{uuid.uuid4().hex[:8]}"
        self.environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"}
        size = ["-x", str(columns), "-y", str(rows)]
        start = ["tmux", "-u", "-L", self.socket, "-f", "/dev/null", "new-session", "-d", *size, *command]
        subprocess.run(start, check=True, env=self.environment, cwd=directory)
        # An escape must not be held back, and the last screen of a program that ended must stay readable.
        self._tmux("set", "-s", "escape-time", "0")
        self._tmux("set", "-g", "remain-on-exit", "on")

    def _tmux(self, *arguments: str) -> str:
        command = ["tmux", "-u", "-L", self.socket, *arguments]
        return subprocess.run(command, capture_output=True, text=True, env=self.environment).stdout

    def keys(self, *names: str) -> None:
        """Presses keys by tmux's names: Enter, Escape, C-x, Space."""
        for name in names:
            self._tmux("send-keys", name)
            if name == "Escape":
                # Read in one go with the next key it would count as Alt.
                time.sleep(0.2)

    def text(self, text: str) -> None:
        self._tmux("send-keys", "-l", text)

    def type(self, text: str) -> None:
        """Types at a person's pace: Helix 25.01 sends the edits of keys that come at once in a wrong order."""
        for key in text:
            self.text(key)
            time.sleep(0.02)

    def command(self, command: str) -> None:
        """Types a command at the prompt, which must be open and hold it before Enter."""

        def again() -> None:
            self.keys("Escape")
            self.text(":")

        self.text(":")
        self.wait("the command prompt", lambda screen: screen.splitlines()[-1].startswith(":"), again)
        self.text(command)
        self.wait("the typed command", lambda screen: screen.splitlines()[-1].startswith(f":{command}"))
        self.keys("Enter")

    def screen(self, *options: str) -> str:
        return self._tmux("capture-pane", "-p", *options)

    def wait(self, what: str, fits: Callable[[str], bool], again: Callable[[], None] | None = None, patience: float = 30) -> str:
        """The screen once it fits; `again` is repeated every three seconds, because keys are lost on a busy machine."""
        end, repeat = time.monotonic() + patience, time.monotonic() + 3
        while True:
            screen = self.screen()
            if screen.strip() and fits(screen):
                return screen
            assert time.monotonic() < end, f"timed out waiting for {what}; the screen:\n{screen}"
            if again and time.monotonic() > repeat:
                again()
                repeat = time.monotonic() + 3
            time.sleep(0.05)

    def close(self) -> None:
        self._tmux("kill-server")
