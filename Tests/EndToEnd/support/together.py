"""Several things at the same time."""

import threading


def at_once(*work):
    """Does everything at the same time; fails where a part failed."""
    failures = []

    def attempt(one):
        try:
            one()
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=attempt, args=(one,)) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures[:3]
