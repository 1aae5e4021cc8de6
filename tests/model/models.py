"""Has Spin look at every order in which the steps of docs/consistency's models can come.

    models.py

A model that must hold is searched to its end, and what was not finished is a failure. One that must break has an
ingredient of the protocol taken away (or is the obvious protocol): that it breaks shows that the model can see it.
Needs spin and clang-19, and some gigabytes of memory.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

MODELS = pathlib.Path(__file__).resolve().parents[2] / "docs/consistency"
MEMORY_MB = 9_000
SECONDS_MAX = 900

OBVIOUS = "marks.pml"
OURS = "shared-cache.pml"

MUST_HOLD = [
    (OBVIOUS, "G1"),  # with nothing that fails or is forgotten, which is why it looks right
    (OURS, "NOL1 NR=1"),
    (OURS, "NOL1 NR=1 DEL=2"),
    (OURS, "NOL1 NR=1 DEL=3"),
    (OURS, "NOL1 NR=1 READINDEX"),
    (OURS, "NOL1 NR=1 RESTART"),
    (OURS, "NOL1 NR=2 NR1=0 VIEW"),
    (OURS, "NR=2 NR1=0"),
    (OURS, "NR=1 NR1=0 RESTART"),
    (OURS, "NOL1 NR=2 NR1=1"),
    (OURS, "NOL1 NR=2 NR1=1 DEL=2"),
]
MUST_BREAK = [
    (OBVIOUS, "G1 EXPIRE"),
    (OBVIOUS, "G1 EVICT"),
    (OBVIOUS, "G1 CRASH REPLAY"),
    (OBVIOUS, "G1 CUT"),
    (OBVIOUS, "G3"),
    (OURS, "NOL1 NR=1 M_NOFLOOR"),
    (OURS, "NOL1 NR=1 M_PUTEMPTY"),
    (OURS, "NOL1 NR=2 NR1=1 DEL=3 M_UPGRADE0"),
    (OURS, "NOL1 NR=2 NR1=1 M_NOHELP"),
    (OURS, "NOL1 NR=1 M_REPFILL"),
    (OURS, "NOL1 NR=1 M_EARLYACK"),
    (OURS, "NOL1 NR=2 NR1=1 M_REPLAY"),
    (OURS, "NR=2 NR1=0 M_NOFLAG"),
    (OURS, "NR=2 NR1=0 M_NOWM"),
    (OURS, "NR=3 NR1=0 M_NOFOLD"),
    (OURS, "NOL1 NR=2 NR1=0 VIEW M_CUTACK"),
    (OURS, "NOL1 NR=2 NR1=0 VIEW M_NOWAIT"),
    (OURS, "NOL1 NR=2 NR1=1 DEL=2 M_ABSENT"),
]


def search(model, switches):
    """The number of errors found and of states looked at, and whether the search came to its end."""
    with tempfile.TemporaryDirectory() as folder:

        def run(*command, **options):
            return subprocess.run(command, cwd=folder, capture_output=True, text=True, **options)

        made = run("spin", "-a", *(f"-D{switch}" for switch in switches.split()), str(MODELS / model))
        if made.returncode != 0:
            sys.exit(f"spin cannot read {model}: {made.stdout}{made.stderr}")
        run("clang-19", "-O2", "-w", "-DSAFETY", "-DBFS", f"-DMEMLIM={MEMORY_MB}", "-DVECTORSZ=2048", "-o", "pan", "pan.c",
            check=True)
        try:
            said = run("./pan", "-m2000000", timeout=SECONDS_MAX).stdout
        except subprocess.TimeoutExpired:
            return 0, 0, False
    errors = re.search(r"errors: (\d+)", said)
    states = re.search(r"([\d.e+]+) states, stored", said)
    ended = errors is not None and not re.search(r"max search depth too small|out of memory|reached -DMEMLIM", said)
    return int(errors[1]) if errors else 0, float(states[1]) if states else 0, ended


def main():
    problems = 0
    for wanted, models in (("hold", MUST_HOLD), ("break", MUST_BREAK)):
        for model, switches in models:
            errors, states, ended = search(model, switches)
            holds = ended and errors == 0
            right = holds if wanted == "hold" else errors > 0
            problems += not right
            found = "holds" if holds else "breaks" if errors else "was not finished"
            print(f"{'ok   ' if right else 'WRONG'} {model} {switches}: {found}, {states:,.0f} states", flush=True)
    print(f"models: {len(MUST_HOLD) + len(MUST_BREAK)} looked at, {problems} wrong")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
