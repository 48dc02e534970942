"""What the quickstart refuses before it builds or starts anything, and that it says why."""

import os
import subprocess

import pytest

SCRIPT = os.path.join(os.path.dirname(__file__), "..", "..", "deploy", "quickstart")


def quickstart(*words, **environment):
    return subprocess.run(["bash", SCRIPT, *words], capture_output=True, text=True, timeout=60, check=False,
                          env={**os.environ, **environment})


@pytest.fixture
def made(arena):
    """A folder as a quickstart leaves it behind."""
    def make(hub):
        folder = arena.folder("q")
        for name in ("made-by-tributary-quickstart", f"{hub}.out"):
            with open(os.path.join(folder, name), "w", encoding="ascii"):
                pass
        return folder
    return make


def test_a_folder_of_one_kind_is_refused_to_the_other(made):
    folder = made("global")
    done = quickstart("--dir", folder, TRIBUTARY_BIN="/nowhere")
    assert done.returncode == 1 and f"{folder} was made with --regions" in done.stderr, done
    folder = made("hub")
    done = quickstart("--regions", "--dir", folder, TRIBUTARY_BIN="/nowhere")
    assert done.returncode == 1 and f"{folder} was made without --regions" in done.stderr, done


def test_a_misspelt_option_is_named(made):
    done = quickstart("--region", "--dir", made("hub"))
    assert done.returncode == 2 and "'--region'" in done.stderr and not done.stdout, done


def test_programs_that_are_not_there_are_named(made):
    done = quickstart("--dir", made("hub"), TRIBUTARY_BIN="/nowhere")
    assert done.returncode == 1 and "TRIBUTARY_BIN=/nowhere is no folder" in done.stderr, done
