"""Adds up what ctest wrote (JUnit files) into one line: `N passed, N failed`. Fails when a test failed or none ran."""

import pathlib
import sys
import xml.etree.ElementTree

# What ctest says of a test that skipped itself; anything else that did not run is a failure.
SKIPPED_ITSELF = ("SKIP_RETURN_CODE", "SKIP_REGULAR_EXPRESSION_MATCHED")


def outcome(case):
    status = case.get("status")
    if status == "run":
        return "failed" if case.find("failure") is not None else "passed"
    if status in ("notrun", "disabled"):
        reason = case.find("skipped")
        message = reason.get("message", "") if reason is not None else ""
        return "skipped" if status == "disabled" or any(word in message for word in SKIPPED_ITSELF) else "failed"
    return "failed"


def main(files):
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    failures = []
    for file in files:
        try:
            cases = list(xml.etree.ElementTree.parse(file).getroot().iter("testcase"))
        except (OSError, xml.etree.ElementTree.ParseError) as error:
            cases = []
            counts["failed"] += 1
            failures.append(f"{file}: {error}")
        for case in cases:
            result = outcome(case)
            counts[result] += 1
            if result == "failed":
                failures.append(f"{pathlib.Path(file).stem}: {case.get('name')}")
    for failure in failures:
        print(f"failed: {failure}")
    if counts["passed"] + counts["failed"] == 0:
        print("no test ran")
        return 1
    skipped = f", {counts['skipped']} skipped" if counts["skipped"] else ""
    print(f"{counts['passed']} passed, {counts['failed']} failed{skipped}")
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
