"""Runs one fuzz target for BANYAN_FUZZ_SECONDS: fuzz.py TARGET CORPUS [--must-crash]

What it finds new stays in a folder beside the target, so that the next round goes on from there; what crashes it is
kept there too, and its path is printed.
"""

import os
import pathlib
import subprocess
import sys


def main(target, seeds, must_crash):
    seconds = int(os.environ.get("BANYAN_FUZZ_SECONDS", "10"))
    work = target.parent / "fuzz" / target.name
    (work / "corpus").mkdir(parents=True, exist_ok=True)
    folders = [str(work / "corpus")] + ([str(seeds)] if seeds.is_dir() else [])
    command = [
        str(target),
        f"-max_total_time={seconds}",
        "-timeout=10",
        "-rss_limit_mb=2048",
        "-print_final_stats=1",
        f"-artifact_prefix={work}/",
        *folders,
    ]
    if must_crash:
        command = [str(target), "-max_total_time=60", f"-artifact_prefix={work}/"]
    ended = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    print(ended.stdout[-6000:])
    if must_crash:
        found = ended.returncode != 0 and "deadly signal" in ended.stdout
        print("the canary was found" if found else "THE CANARY WAS NOT FOUND: fuzzing does not work here")
        return 0 if found else 1
    return 0 if ended.returncode == 0 else 1


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), "--must-crash" in sys.argv[3:]))
