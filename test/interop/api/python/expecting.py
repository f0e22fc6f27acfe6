"""What the subjects share: comparing, and waiting for a condition with a deadline."""

import time

DEADLINE_S = 60
POLL_S = 0.02


def equal(actual, expected, what=""):
    if actual != expected:
        raise AssertionError(f"{what}: {actual!r}, expected {expected!r}")


def raises(error, call, text=""):
    try:
        call()
    except error as problem:
        if text not in str(problem):
            raise AssertionError(f"{problem!r} does not say {text!r}") from problem
        return
    raise AssertionError(f"no {error.__name__}")


def wait_for(condition, what):
    """The first true answer of the condition."""
    ends = time.monotonic() + DEADLINE_S
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > ends:
            raise AssertionError(f"{what}: not within {DEADLINE_S} s")
        time.sleep(POLL_S)
