"""The units, the property list and the home-manager module are what their readers take, and what the program takes."""

import json
import os
import plistlib
import subprocess

import pytest

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
DEPLOY = os.path.join(ROOT, "deploy")
MODULE = os.path.join(ROOT, "nix", "home-manager.nix")
EVALUATION = os.path.join(os.path.dirname(os.path.abspath(__file__)), "support", "home_manager.nix")
UNITS = {"system": "systemd/tributary-spoke.service", "user": "systemd/user/tributary-spoke.service"}
# Exposure in tenths, as systemd counts it: 10 is nothing to speak of, 100 no protection at all.
GREATEST_EXPOSURE = 20


def run(*words, **environment):
    return subprocess.run(words, capture_output=True, text=True, timeout=120, check=False,
                          env={**os.environ, **environment})


def unit(arena, scope, text=None):
    """A copy of a unit that starts the program under test."""
    if text is None:
        with open(os.path.join(DEPLOY, UNITS[scope]), encoding="utf-8") as file:
            text = file.read()
    program = arena.program("tributary-spoke")
    assert "/bin/tributary-spoke run\n" in text
    lines = [f"ExecStart={program} run" if line.startswith("ExecStart=") else line for line in text.splitlines()]
    path = os.path.join(arena.folder("unit"), "tributary-spoke.service")
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    return path


def members(text, section="Service"):
    """The settings of one section of a unit."""
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    _, _, rest = lines.partition(f"[{section}]\n")
    return [tuple(line.split("=", 1)) for line in rest.partition("\n[")[0].splitlines() if "=" in line]


def verify(arena, scope, path):
    """What systemd says of a unit."""
    return run("systemd-analyze", "verify", *(["--user"] if scope == "user" else []), path,
               XDG_RUNTIME_DIR=arena.folder("run"))


@pytest.mark.parametrize("scope", UNITS)
def test_systemd_finds_nothing_wrong_with_the_units(arena, scope):
    done = verify(arena, scope, unit(arena, scope))
    assert done.returncode == 0 and "tributary-spoke" not in done.stderr, done


def test_the_service_of_the_machine_is_well_enclosed(arena):
    done = run("systemd-analyze", "security", "--offline=true", f"--threshold={GREATEST_EXPOSURE}",
               unit(arena, "system"))
    assert done.returncode == 0, done.stdout[-400:]


@pytest.mark.parametrize("scope", UNITS)
def test_the_units_leave_a_spoke_what_it_needs(scope):
    with open(os.path.join(DEPLOY, UNITS[scope]), encoding="utf-8") as file:
        text = file.read()
    service = dict(members(text))
    assert service["Type"] == "notify" and "WatchdogSec" in service and service["Restart"] == "on-failure"
    assert {"AF_INET", "AF_INET6", "AF_UNIX"} == set(service["RestrictAddressFamilies"].split())
    # What a start does not mend: usage and configuration, by the codes that the program documents.
    assert service["RestartPreventExitStatus"] == "2 8"
    assert (scope == "system") == ("LoadCredential" in service) == ("DynamicUser" in service)


def test_the_property_list_can_be_read_and_starts_the_program():
    with open(os.path.join(DEPLOY, "launchd", "dev.tributary.spoke.plist"), "rb") as file:
        document = plistlib.load(file)
    assert document["Label"] == "dev.tributary.spoke" and document["ProgramArguments"][1] == "run"
    assert document["KeepAlive"] == {"SuccessfulExit": False} and document["Umask"] == 0o077


@pytest.fixture(scope="module")
def evaluate(arena):
    """What the home-manager module makes of options."""
    folder = arena.folder("nix")
    places = {f"NIX_{name}_DIR": os.path.join(folder, name.lower()) for name in ("STORE", "STATE", "LOG", "CONF")}

    def evaluation(**given):
        done = run("nix-instantiate", "--eval", "--strict", "--json", "--argstr", "module", MODULE, "--argstr", "given",
                   json.dumps({"enable": True, **given}), EVALUATION, **places)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout), places["NIX_STORE_DIR"]
    return evaluation


SETTINGS = {"hub": "https://hub.example:8092", "node": "alice", "sources": ["jsonl:~/patterns"]}


def test_the_home_manager_module_writes_settings_that_the_program_takes(arena, evaluate):
    made, _ = evaluate(settings=SETTINGS, tokenFile="/run/secrets/token")
    assert made["failed"] == [] and made["options"] == ["enable", "package", "settings", "tokenFile"]
    script = made["config"]["xdg"]["configFile"]["tributary/spoke.json"]["source"]
    written = json.loads(script[script.index("{"):script.index("\n", script.index("{"))])
    assert written == {**SETTINGS, "tokenFile": "/run/secrets/token"}
    assert script.startswith("/package/bin/tributary-spoke config check ")
    path = os.path.join(arena.folder("settings"), "spoke.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(written, file)
    done = run(arena.program("tributary-spoke"), "config", "check", path, HOME="/homeless-shelter")
    assert done.returncode == 0, done


def test_the_home_manager_module_runs_the_unit_that_is_installed_by_hand_too(arena, evaluate):
    made, _ = evaluate(settings=SETTINGS)
    described = made["config"]["systemd"]["user"]["services"]["tributary-spoke"]
    spelled = {True: "yes", False: "no"}
    service = {name: spelled.get(value, str(value)) if isinstance(value, bool) else str(value)
               for name, value in described["Service"].items()}
    with open(os.path.join(DEPLOY, UNITS["user"]), encoding="utf-8") as file:
        by_hand = dict(members(file.read()))
    for name in ("ExecStart", "ExecReload"):
        assert service.pop(name).rsplit("/", 1)[1] == by_hand.pop(name).rsplit("/", 1)[1]
    assert service == by_hand
    text = "\n".join(f"[{section}]\n" + "\n".join(
        f"{name}={' '.join(value) if isinstance(value, list) else spelled.get(value, value) if isinstance(value, bool) else value}"
        for name, value in settings.items() if not name.startswith("X-")) for section, settings in described.items())
    done = verify(arena, "user", unit(arena, "user", text + "\n"))
    assert done.returncode == 0 and "tributary-spoke" not in done.stderr, done


def test_the_home_manager_module_refuses_what_would_be_unsafe_or_useless(evaluate):
    _, store = evaluate(settings=SETTINGS)
    for given, word in (({"settings": {"node": "alice"}}, "names no hub"),
                        ({"settings": {**SETTINGS, "hubs": ["https://b:1"]}}, "both"),
                        ({"settings": {**SETTINGS, "token": "zanzibar"}}, "has a token"),
                        ({"settings": {"hubs": [{"url": "https://b:1", "token": "zanzibar"}]}}, "has a token"),
                        ({"settings": SETTINGS, "tokenFile": f"{store}/abc-token"}, "in the Nix store"),
                        ({"settings": {"hubs": ["https://a:1", {"url": "https://b:1",
                                                                "tokenFile": f"{store}/x"}]}}, "in the Nix store")):
        made, _ = evaluate(**given)
        assert len(made["failed"]) == 1 and word in made["failed"][0] and "zanzibar" not in made["failed"][0], made


def test_the_home_manager_module_does_nothing_unless_it_is_enabled(evaluate):
    made, _ = evaluate(enable=False, settings={})
    assert made["config"] == {} and made["failed"] == []
