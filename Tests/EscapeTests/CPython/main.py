"""Runs modules of CPython's own tests, and prints each test's name and outcome, then END.

main.py MODULE…: the outcomes are ok, skip, fail and error; what follows an outcome says why. A
test that failed gets a second try, because some depend on how busy the machine is.
"""

import os
import signal
import sys
import traceback
import unittest

# Only a test that hangs reaches this.
SECONDS_MAX = 200


class Hang(BaseException):
    """A test did not come back; no test catches this."""


def interrupt(number, frame):
    raise Hang


class Outcomes(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self.outcomes = {}
        self.failed = {}

    def startTest(self, test):
        super().startTest(test)
        self.outcomes.pop(test.id(), None)
        signal.signal(signal.SIGALRM, interrupt)
        signal.setitimer(signal.ITIMER_REAL, SECONDS_MAX, 5)  # again where it tidies up

    def stopTest(self, test):
        signal.setitimer(signal.ITIMER_REAL, 0)
        self.outcomes.setdefault(test.id(), ("ok", ""))

    def note(self, test, outcome, why):
        name = test.id()
        if self.outcomes.get(name, ("ok", ""))[0] not in ("fail", "error"):
            self.outcomes[name] = (outcome, why)
        if outcome in ("fail", "error") and isinstance(test, unittest.TestCase):
            self.failed[name] = test

    def addError(self, test, error):
        self.note(test, "error", last_words(error))

    def addFailure(self, test, error):
        self.note(test, "fail", last_words(error))

    def addSubTest(self, test, subtest, error):
        if error:
            self.note(test, "error", f"{subtest}: {last_words(error)}")

    def addSkip(self, test, reason):
        self.note(test, "skip", reason)

    def addUnexpectedSuccess(self, test):
        self.note(test, "fail", "unexpected success")


def last_words(error):
    return "".join(traceback.format_exception_only(*error[:2]))


def again(test):
    """The same test, whose attributes are fresh."""
    return type(test)(test._testMethodName)


def main():
    from test import support

    support.use_resources = ["cpu", "largefile"]  # and no network
    outcomes = Outcomes()
    answer = os.dup(1)
    # The tests write what they like.
    nowhere = os.open("/dev/null", os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    for module in sys.argv[1:]:
        suite = unittest.defaultTestLoader.loadTestsFromName("test." + module)
        suite.run(outcomes)
        failed, outcomes.failed = outcomes.failed, {}
        unittest.TestSuite(map(again, failed.values())).run(outcomes)
    with open(answer, "w", encoding="utf-8", errors="backslashreplace") as file:
        for name, (outcome, why) in sorted(outcomes.outcomes.items()):
            print(name.removeprefix("test."), outcome, " ".join(why.split()), sep="\t", file=file)
        print("END", file=file)
        file.flush()
        os._exit(0)  # a thread of a test that failed may still wait


if __name__ == "__main__":
    main()
