"""Seeded inventories: ordinary ones, odd ones that are valid, and broken ones. A case is a dictionary of files and the arguments of the command."""

import random

GROUPS = ["web", "db", "app", "Alpha", "etcd", "kube_node", "all", "ungrouped", "a-b", "9x", "grün", "h1", "x.y"]
HOSTS = ["h1", "h2", "h3", "n1.example.org", "web", "10.0.0.1", "localhost", "::1", "node-a", "_x", "h1.yml", "ü1"]
PATTERNS = [
    "n[1:3]", "n[01:03]", "n[1:5:2]", "d[a:c].x", "n[3:1]", "h1:22", "h2:0", "[2001:db8::1]:22", "n[1:2]m[1:2]", "foo_:22", "a..b:22", "user@host:22",
    "h3:abc", "n[:2]:22", "n[1:2]:2222", "[h1:22]:33", "2001:db8::[1:3]", "h[08:10]", "n[1:2", "n[1]", "n[a:1]", "n[c:a]", "n[1:]", "x|[1:2]", "n[1:3:0]",
    "n[3:1:-1]", "n[A:C]", "n[abc:d]", "[h1]:22", "h1:", "-", "a b", "n[01:3]",
]
HOST_PATTERNS = [
    "all", "*", "web", "web:db", "web,db", "app:!db", "app:&web", "!web", "&db", "h*", "n?", "~h[12]", "~.*\\.org", "web[0]", "web[-1]", "web[0:1]", "web[1:]",
    "web[1-2]", "all[99]", "h1:!h1", "h[1]", "h[12]", "h[!1]", "web:80", "::1", "localhost", "127.0.0.1", "nope", "ungrouped", "un*", "kube_node,h1",
    " web : db ", "~(", "[h", "[ha]1", "a-b:x.y", "n1.example.org", "*.example.org", "web:&db:!h2,h3", "!all", "&all,!h1",
]
VARIABLES = ["a", "b", "c", "ansible_host", "ansible_port", "ip", "class", "x-y", "groups", "inventory_dir", "environment", "omit", "ansible_group_priority"]
# `!!binary` is left out: `--list` of Ansible crashes on it, and `--graph --vars` shows Python's spelling of bytes.
YAML_SCALARS = [
    "1", "-1", "0755", "08", "0o17", "0x1F", "0b11", "1_000", "1:30", "22:22", "1:30.5", "1.5", "1.", ".5", "-.5", "1e3", "1.0e+3", "1.0e3", "1e+3", ".inf",
    "-.inf", ".nan", "yes", "No", "on", "OFF", "true", "True", "TRUE", "tRue", "y", "n", "null", "~", "Null", "", "abc", "a b c", "'q'", '"q\\n\\u00e9"', "'it''s'",
    "2001-12-14", "2001-12-14 21:59:43", "2001-12-14T21:59:43.1Z", "2001-12-14t21:59:43.10-05:00", "2001-1-1", "{{ x }}'", "'{{ x }}'", "\"{{ x }}\"",
    "[1, two, 3.0]", "{a: 1, b: {c: d}}", "[]", "{}", "!unsafe abc", "!vault abc", "!!str 5", "!!int '7'", "!!float 3", "é€😀", "a#b", "a #b", "a: b",
    "12345678901234567890123", "0.1", "1e-7", "100000000000000000.0", "0.00001", "1.0e-7", "+5", "+.5", "=", "<<", "08.5", "a:b", "- x", "@x", "%x", "&x 1",
    "*x", "|\n{i}  text\n{i}  more", ">\n{i}  folded\n{i}  more", "|-\n{i}  text", ">-\n{i}  a\n{i}\n{i}  b", "! '5'", "\"a\\tb\"", "'a\\tb'", "[a, [b, {c: d}]]",
    "{a, b}", "[{a: 1}, {b: 2}]", "!!null x", "!foo x", "0_7", "00", "1__0", "--5", "1,000", "190:20:30", "0:30", "'1'", "\"yes\"",
]
INI_VALUES = [
    "1", "1.5", "1e3", ".5", "1.", "1_000", "0x1F", "0o17", "0b11", "-5", "+5", "- 5", "True", "False", "None", "true", "null", "yes", "0755", "08", "1_", "--5",
    "1+2", "inf", "'q'", "\"q\"", "'a' 'b'", "[1,'a']", "{'a': 1}", "(1,)", "1,2", "{1}", "abc", "a b", "a#b", "text # c", "5 # five", "\"s\" # c", "\"'5'\"",
    "'\"5\"'", "\"a b\"", "[1, 'a']", "x=y", "a\\ b", "a\\\\b", "'it'", "é", "", "=", "1+2j", "...", "u'x'", "b'x'", "r'x'", "'a\\nb'", "'\\x41'", "1e400", "00",
    "[1, [2, (3, None)]]", "{'a': {'b': [True]}}", "'''t'''", "f'x'", "-True", "not x", "{{ x }}", "'{{ x }}'", "\"{{ x }}\"", "a;b", "10.0.0.1", "1 2", "[]", "{}", "()",
]
INI_LINES = [
    "", "# comment", "; comment", "[a b]", "[]", "[web:sons]", "[web:hosts]", "[ web ]", "novalue", "h1 novalue", "h1 a=\"x", "h4#c", "h5 b=x#y c=1", "---", "h1:",
    "[web] # c", "[web] ; c", "[db:vars]#x", "h1 a=b\" c\"d", "h1 'a'=1", "\th1", "h1\ta=1", "h\\ 1",
]


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def chance(self, probability):
        return self.random.random() < probability

    def pick(self, items):
        return self.random.choice(items)

    def case(self):
        # Oddities per case: most inventories are sound, or broken once, so that one fault does not hide the others.
        self.oddity = self.pick([0, 0, 0, 0.02, 0.05, 0.15])
        files = {}
        sources = []
        for index in range(self.pick([1, 1, 1, 2, 3])):
            kind = self.random.random()
            if kind < 0.08:
                sources.append(",".join(self.pick(HOSTS + ["h1:22", "n[1:2]"]) for _ in range(self.pick([1, 2, 3]))) + ",")
            elif kind < 0.25:
                directory = self.pick(["inv", "inv2", f"d{index}"])
                for name in self.random.sample(["10.yml", "9.yml", "B.yml", "a.ini", "hosts", "sub/z.yml", "x.md", ".hid.yml", "y.toml", "c.json"], self.pick([1, 2, 3])):
                    files[f"{directory}/{name}"] = self.source(name)
                sources.append(directory)
            else:
                directory = self.pick(["", "", "", "one/", "two/"])
                name = self.pick(["hosts.yml", "hosts.yaml", "hosts.ini", "hosts", "inventory.cfg", "hosts.json", "hosts.toml", "main.yml"])
                files.setdefault(directory + name, self.source(name))
                sources.append(directory + name)
        bases = {source if source in ("inv", "inv2") else source.rpartition("/")[0] for source in sources} | {"", "play"}
        for base in sorted(bases):
            if self.chance(0.45):
                self.variable_files(base, files)
        arguments = [argument for source in sources for argument in ("-i", source)]
        if self.chance(0.3):
            arguments += ["--playbook-dir", "play"]
            files.setdefault("play/x", "")
        return {"files": files, "arguments": arguments, "modes": self.modes()}

    def modes(self):
        modes = [["--list"]]
        if self.chance(0.3):
            modes.append(["--list", "--export"])
        if self.chance(0.4):
            modes.append(["--host", self.pick(HOSTS[:8] + ["n1", "web[0]", "n*", "all", "!h1", "web:&db", "~h[12]", "h1,h2", "db[-1]", "nope"])])
        if self.chance(0.3):
            modes.append(["--list", "--limit", self.pick(HOST_PATTERNS)])
        if self.chance(0.1):
            modes.append(["--host", self.pick(HOST_PATTERNS)])
        if self.chance(0.4):
            modes.append(["--graph"])
        if self.chance(0.1):
            modes.append(["--graph", "--vars"])
        if self.chance(0.1):
            modes.append(["--graph", self.pick(GROUPS)])
        return modes

    def source(self, name):
        extension = name.rpartition(".")[2] if "." in name else ""
        if self.chance(0.03):
            return self.pick(["", "# only\n", "---\n", "host1\n", "[web]\nh1 a=1\n", "plugin: x\n", "[]\n", "1\n", "all:\n", "a: b: c\n", "{}", "null\n", "plugin: ''\n"])
        if extension == "toml":
            return self.toml()
        if extension == "json" or self.chance(0.04):
            return self.json_text()
        ini = extension in ("ini", "cfg") or (extension == "" and self.chance(0.5))
        if self.chance(0.04):
            ini = not ini
        return self.ini() if ini else self.yaml()

    def name(self, names):
        return self.pick(names[: self.pick([4, 4, 6, len(names)])])

    def yaml_name(self, name):
        if any(c in name for c in ":[]{}|@ ") or name[0] in "-":
            return f'"{name}"' if not self.chance(self.oddity) else name
        return name

    def yaml(self):
        self.anchors = []
        lines = []
        for _ in range(self.pick([1, 1, 2, 3])):
            self.yaml_group(lines, "", 3)
        text = "\n".join(lines) + "\n"
        if self.chance(0.2):
            text = "---\n" + text
        if self.chance(self.oddity):
            text = self.pick([text.replace("\n", "\r\n"), text + "...\n", text + "---\n", text.replace("  ", "\t", 1), text[:-1], text + "- x\n"])
        return text

    def yaml_group(self, lines, indent, depth, name=None):
        name = name or self.yaml_name(self.name(GROUPS))
        if self.chance(self.oddity):
            name = self.pick(["10", "yes", "~", "''", "1.5", "x y", '"é"', "!!str web", "web : "])
        if self.chance(self.oddity):
            lines.append(f"{indent}{name}: {self.pick(['text', '1', '[]', '{}', 'null', 'yes'])}")
            return
        if self.chance(0.15):
            lines.append(f"{indent}{name}:")
            return
        lines.append(f"{indent}{name}:")
        sections = self.random.sample(["hosts", "children", "vars"], self.pick([1, 2, 2, 3]))
        if self.chance(self.oddity):
            sections.append(self.pick(["host", "var", "hosts", "vars"]))
        for section in sections:
            self.yaml_section(lines, indent + "  ", section, depth)

    def yaml_section(self, lines, indent, section, depth):
        if self.chance(self.oddity):
            lines.append(f"{indent}{section}: {self.pick(['h1', 'web', '[]', '[h1]', '1', 'null', '{}', '{h1: {a: 1}}', '{h1, h2}', 'yes', '~', chr(39) * 2])}")
            return
        lines.append(f"{indent}{section}:")
        inner = indent + "  "
        if section == "children":
            for _ in range(self.pick([0, 1, 1, 2]) if depth else 0):
                self.yaml_group(lines, inner, depth - 1)
        elif section == "vars":
            self.yaml_variables(lines, inner)
        else:
            for _ in range(self.pick([0, 1, 2, 3])):
                self.yaml_host(lines, inner)

    def yaml_host(self, lines, indent):
        name = self.yaml_name(self.name(HOSTS))
        if self.chance(0.12):
            name = self.yaml_name(self.pick(PATTERNS[: 12 if not self.oddity else len(PATTERNS)]))
        if self.chance(self.oddity):
            name = self.pick(["10", "10:22", "yes", "2001-01-01", "1.5", "h1 "])
        if self.chance(0.4):
            lines.append(f"{indent}{name}:")
        elif self.chance(0.1):
            lines.append(f"{indent}{name}: {self.pick(['{}', '{a: 1}', '{a: 1, b: [x, y]}', 'null'] + (['0', '[]', 'text', '[a]', 'false'] if self.oddity else []))}")
        else:
            lines.append(f"{indent}{name}:")
            self.yaml_variables(lines, indent + "  ")

    def yaml_variables(self, lines, indent):
        used = set()
        for _ in range(self.pick([0, 1, 2, 3])):
            name = self.name(VARIABLES)
            if name in used and not self.chance(self.oddity):
                continue
            used.add(name)
            value = self.yaml_value(indent)
            if name == "ansible_group_priority" and not self.chance(self.oddity):
                value = self.pick(["5", "'7'", "2.9", "-1", "true"])
            if self.chance(self.oddity):
                name = self.pick(["1", "~", "1.5", "'x y'", "'<<'", "{{ x }}", "[a]"])
            if self.chance(0.06):
                label = f"l{len(self.anchors)}"
                if self.anchors and self.chance(0.6):
                    value = "*" + self.pick(self.anchors)
                elif not value.startswith(("&", "*", "|", ">")) and "!" not in value:
                    value = f"&{label} {value}"
                    self.anchors.append(label)
            lines.append(f"{indent}{name}: {value}")
        if self.chance(0.04):
            lines.append(f"{indent}m: &m{len(lines)} {{a: merged, b: 2}}")
            lines.append(f"{indent}n:\n{indent}  <<: *m{len(lines) - 1}\n{indent}  b: own")
        if self.chance(0.08):
            lines.append(f"{indent}deep:\n{indent}- 1\n{indent}- k: v\n{indent}  l: {self.yaml_value(indent + '  ')}")

    def yaml_value(self, indent):
        sound = self.pick(["1", "abc", "'q'", "yes", "[1, two]", "{a: 1}", "1.5", "", "'{{ x }}'", "10.0.0.1"])
        value = sound if self.chance(0.5) else self.pick(YAML_SCALARS)
        bad = {"{{ x }}'", "a: b", "=", "<<", "- x", "@x", "%x", "&x 1", "*x", "!foo x", "!!set {a}"}
        if value in bad and not self.chance(self.oddity):
            value = sound
        return value.replace("{i}", indent)

    def ini(self):
        lines = []
        for _ in range(self.pick([0, 0, 1, 2])):
            self.ini_host(lines)
        declared = []
        for _ in range(self.pick([1, 2, 3, 4])):
            group = self.name(GROUPS)
            kind = self.pick(["", "", "", ":children", ":vars", ":hosts"])
            if kind == ":vars" and not self.chance(self.oddity) and declared:
                group = self.pick(declared)
            elif kind == ":vars":
                group = "all"
            declared.append(group)
            lines.append(f"[{group}{kind}]")
            for _ in range(self.pick([0, 1, 2, 3])):
                if self.chance(self.oddity):
                    lines.append(self.pick(INI_LINES))
                elif kind == ":children":
                    child = self.name(GROUPS)
                    lines.append(child + self.pick(["", "", " # c"]))
                    if child not in declared and not self.chance(self.oddity):
                        lines.insert(0, f"[{child}]") if self.chance(0.5) else declared.append(child)
                elif kind == ":vars":
                    name = self.name(VARIABLES)
                    value = self.pick(INI_VALUES)
                    if name == "ansible_group_priority" and not self.chance(self.oddity):
                        value = self.pick(["5", "-1", "'7'", "2.9"])
                    lines.append(f"{name}{self.pick(['=', ' = ', '='])}{value}")
                else:
                    self.ini_host(lines)
        if not self.chance(self.oddity * 3):
            lines += [f"[{group}]" for group in GROUPS if group in declared or group in lines or f"{group} # c" in lines]
        text = "\n".join(lines) + "\n"
        if self.chance(self.oddity):
            text = self.pick([text.replace("\n", "\r\n"), "\ufeff" + text, text.replace("\n", "\x0b", 1), text.replace("\n", "\u2028", 1), text[:-1]])
        return text

    def ini_host(self, lines):
        name = self.name(HOSTS)
        if self.chance(0.15):
            name = self.pick(PATTERNS[: 12 if not self.oddity else len(PATTERNS)])
        words = [name]
        for _ in range(self.pick([0, 0, 1, 2])):
            value = self.pick(INI_VALUES)
            safe = all(c not in value for c in " '\"\\#")
            if not safe and self.chance(0.5):
                value = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
            elif not safe and not self.chance(self.oddity):
                value = "v"
            words.append(f"{self.name(VARIABLES[:-1])}={value}")
        lines.append(" ".join(words))

    def json_text(self):
        value = self.pick(["1", "1e3", "1.0", "\"t\"", "null", "true", "[1, 2]", "{\"a\": 1}", "\"\\ud83d\\ude00\"", "NaN", "-Infinity", "1E5", "0.1", "\"\\u00e9\""])
        marks = self.pick(["", "", ", \"u\": {\"__ansible_unsafe\": \"x\"}", ", \"v\": {\"__ansible_vault\": \"x\"}", ", \"a\": 2", ","])
        host = self.name(HOSTS)
        return f'{{"{self.name(GROUPS)}": {{"hosts": {{"{host}": {{"a": {value}{marks}}}}}, "vars": {{"b": {value}}}}}}}' + self.pick(["", "\n"])

    def toml(self):
        lines = []
        for group in self.random.sample(GROUPS[:6], self.pick([1, 2])):
            lines.append(f"[{group}]")
            if self.chance(0.4):
                lines.append(f'children = [{", ".join(chr(34) + self.name(GROUPS) + chr(34) for _ in range(self.pick([0, 1, 2])))}]')
            if self.chance(0.6):
                lines.append(f"[{group}.vars]")
                lines += [f"{name} = {self.pick(['1', '1.5', 'true', chr(34) + 't' + chr(34), '[1, 2]', '{ a = 1 }', '1979-05-27', '0x1F', '1_000', 'inf', '1e3'])}" for name in ["a", "b"]]
            if self.chance(0.6):
                lines.append(f"[{group}.hosts]")
                lines += [f'"{host}" = {self.pick(["{}", "{ a = 1 }", "{ ip = " + chr(34) + "1" + chr(34) + " }"])}' for host in self.random.sample(HOSTS[:6], 2)]
        if self.chance(self.oddity):
            lines.append(self.pick(["x", "[web]", "[web.other]", "web = 1", "[zz]\nhosts = 1", "[zz]\nchildren = {}"]))
        return "\n".join(lines) + "\n"

    def variable_files(self, base, files):
        prefix = f"{base}/" if base else ""
        for _ in range(self.pick([1, 2, 3, 4])):
            directory, names = self.pick([("group_vars", GROUPS), ("host_vars", HOSTS)])
            name = self.name(names + ["all"] if directory == "group_vars" else names)
            if self.chance(0.3) and directory == "group_vars":
                name = "all"
            form = self.pick(["", ".yml", ".yml", ".yaml", ".json", "/a.yml", "/b", "/A.yml", "/a-b.yml", "/sub/c.yml", "/x.d/d.yml", "/.hid.yml", "/e.txt", "/f.yml~", ".YML"])
            path = f"{prefix}{directory}/{name}{form}"
            parts = path.split("/")
            clash = any("/".join(parts[:n]) in files for n in range(1, len(parts))) or any(other.startswith(path + "/") for other in files)
            if not clash:
                files[path] = self.variables()

    def variables(self):
        if self.chance(self.oddity):
            return self.pick(["[]\n", "0\n", "", "- x\n", "text\n", "a: b: c\n", "$ANSIBLE_VAULT;1.1;AES256\n00\n", "---\n", "# c\n", "null\n", "a: 1\n---\nb: 2\n"])
        if self.chance(0.05):
            return '{"a": 1e3, "b": "\\ud83d\\ude00"}'
        self.anchors = []
        lines = []
        self.yaml_variables(lines, "")
        self.yaml_variables(lines, "") if self.chance(self.oddity) else None
        return "\n".join(lines) + "\n" if lines else "{}\n"
