"""What ansible-core itself makes of expressions: the other side of differential.rs.

Reads one JSON document from standard input and writes one to standard output.

    {"variables": {name: value}, "cases": [{"kind": "template" | "condition", "text": ...}]}
        -> {"version": ..., "results": [{"value": ...} | {"error": ...}]}
    {"checkout": directory, "facts": {name: value}}
        -> {"version": ..., "scopes": [{"name": ..., "variables": {...}, "hostvars": {...}, "results": {name: ...},
                                        "cases": [{"kind": ..., "text": ...}], "case_results": [...]}]}

Values are typed: text is {"s": ...}, a float {"f": ...}, a large integer {"i": ...}, a mapping {"m": [[key, value], ...]}, anything unusual {"u": type}; the rest is JSON.
"""

import datetime
import json
import os
import pathlib
import sys
import tempfile

import yaml
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.release import __version__
from ansible.template import Templar
from ansible.vars.hostvars import HostVars
from ansible.vars.manager import VariableManager

try:
    from ansible.template import trust_as_template
except ImportError:
    trust_as_template = None

try:
    from ansible.plugins.loader import init_plugin_loader

    init_plugin_loader()
except ImportError:
    pass

LOADER = DataLoader()

INVENTORY = """
[all]
node1 ansible_host=10.0.0.1 ip=10.0.0.1
node2 ansible_host=10.0.0.2 ip=10.0.0.2 access_ip=192.0.2.2
node3 ansible_host=10.0.0.3 ip=10.0.0.3
etcd1 ansible_host=10.0.0.9

[kube_control_plane]
node1

[kube_node]
node2
node3

[etcd]
node1
etcd1

[k8s_cluster:children]
kube_control_plane
kube_node
"""


def trusted(value):
    """The value with every text in it marked as a template, as Ansible's own loaders mark it."""
    if isinstance(value, str):
        return trust_as_template(value) if trust_as_template else value
    if isinstance(value, list):
        return [trusted(item) for item in value]
    if isinstance(value, dict):
        return {trusted(key) if not isinstance(key, str) else key: trusted(item) for key, item in value.items()}
    return value


def encode(value):
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value) if abs(value) < 1 << 60 else {"i": str(int(value))}
    if isinstance(value, float):
        return {"f": repr(float(value))}
    if isinstance(value, str):
        return {"s": str(value)}
    if isinstance(value, (list, tuple)):
        return [encode(item) for item in value]
    if isinstance(value, dict):
        return {"m": [[encode(key), encode(item)] for key, item in value.items()]}
    return {"u": type(value).__name__}


def decode(value):
    if isinstance(value, list):
        return [decode(item) for item in value]
    if isinstance(value, dict):
        if "s" in value:
            return value["s"]
        if "f" in value:
            return float(value["f"])
        return {decode(key): decode(item) for key, item in value["m"]}
    return value


def attempt(evaluate):
    try:
        return {"value": encode(evaluate())}
    except RecursionError:
        return {"error": "recursion"}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"[:300]}


def condition(templar, text, variables):
    if hasattr(templar, "evaluate_conditional"):
        return templar.evaluate_conditional(trust_as_template(text))
    from ansible.playbook.conditional import Conditional

    conditional = Conditional(loader=LOADER)
    conditional.when = [text]
    return conditional.evaluate_conditional(templar, variables)


def run_case(templar, variables, case):
    if case["kind"] == "condition":
        return attempt(lambda: condition(templar, case["text"], variables))
    return attempt(lambda: templar.template(trusted(case["text"])))


def run_cases(request):
    variables = trusted({name: decode(value) for name, value in request["variables"].items()})
    templar = Templar(loader=LOADER, variables=variables)
    return {"version": __version__, "results": [run_case(templar, variables, case) for case in request["cases"]]}


def load(path):
    class Loader(yaml.SafeLoader):
        pass

    Loader.add_multi_constructor("!", lambda loader, tag, node: None)
    with open(path, encoding="utf-8") as file:
        return yaml.load(file, Loader)


CONDITIONS = ("when", "that", "until", "failed_when", "changed_when")


def expressions(document, key=None):
    """The conditions and templates in a file of tasks."""
    if isinstance(document, dict):
        for name, value in document.items():
            yield from expressions(value, name)
    elif isinstance(document, list):
        for item in document:
            yield from expressions(item, key)
    elif isinstance(document, str) and key in CONDITIONS:
        yield ("condition", document)
    elif isinstance(document, str) and ("{{" in document or "{%" in document):
        yield ("template", document)


def layer(role, kind):
    """The variables of a role's defaults or vars, as a role without tasks_from gets them."""
    merged = {}
    folder = role / kind
    for path in sorted(folder.glob("main/*.y*ml")) + sorted(folder.glob("main.y*ml")):
        merged.update(load(path) or {})
    return merged


def cases_of(role):
    found = {}
    for path in sorted(role.glob("tasks/**/*.y*ml")):
        found.update(dict.fromkeys(expressions(load(path))))
    return [{"kind": kind, "text": text} for kind, text in found]


def run_checkout(request):
    roles = pathlib.Path(request["checkout"]) / "roles"
    with tempfile.TemporaryDirectory() as folder:
        inventory_path = os.path.join(folder, "inventory.ini")
        with open(inventory_path, "w", encoding="utf-8") as file:
            file.write(INVENTORY)
        inventory = InventoryManager(loader=LOADER, sources=[inventory_path])
        manager = VariableManager(loader=LOADER, inventory=inventory)
        hostvars = HostVars(inventory=inventory, variable_manager=manager, loader=LOADER)
        scopes = [scope for role in sorted(roles.rglob("defaults")) for scope in [run_role(role.parent, roles, manager, inventory, hostvars, request)]]
    return {"version": __version__, "scopes": scopes}


def run_role(role, roles, manager, inventory, hostvars, request):
    base = next(path for path in (roles / "kubespray_defaults", roles / "kubespray-defaults") if path.is_dir())
    host = inventory.get_host("node2")
    own = layer(role, "defaults")
    variables = {
        **layer(base, "defaults"),
        **own,
        **manager.get_vars(host=host, include_hostvars=False),
        **layer(base, "vars"),
        **layer(role, "vars"),
        **{name: decode(value) for name, value in request["facts"].items()},
    }
    plain = {name: value for name, value in variables.items() if isinstance(value, (str, int, float, bool, list, dict, type(None)))}
    names = ["group_names", "groups", "inventory_hostname", "inventory_hostname_short", "inventory_dir", "inventory_file", "playbook_dir"]
    plain = {name: value for name, value in plain.items() if name in names or not name.startswith("ansible_") or name in own or name in request["facts"]}
    context = trusted(plain)
    context["hostvars"] = hostvars
    templar = Templar(loader=LOADER, variables=context)
    evaluated = sorted(set(own) | (set(layer(base, "vars")) if role == base else set()))
    results = {name: attempt(lambda: templar.template(trusted("{{ " + name + " }}"))) for name in evaluated}
    cases = cases_of(role)
    of_hosts = {
        name: {key: encode(value) for key, value in manager.get_vars(host=inventory.get_host(name), include_hostvars=False).items()
               if not key.startswith("ansible_") or key == "ansible_host"}
        for name in inventory.hosts
    }
    return {
        "name": str(role.relative_to(roles)),
        "variables": {name: encode(value) for name, value in plain.items()},
        "hostvars": of_hosts,
        "results": results,
        "cases": cases,
        "case_results": [run_case(templar, context, case) for case in cases],
    }


def main():
    request = json.load(sys.stdin)
    answer = run_checkout(request) if "checkout" in request else run_cases(request)
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
