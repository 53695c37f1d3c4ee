"""Runs scripts, each in a process forked from this one, which has imported kerax: for tests/acceptance/test_scripts.py.

It reads lines of a script, a folder to run it in and a file for its output, separated by tabs, and answers with exit
codes. All scripts start with one seed: the wide-and-deep classifier of 14 is asked for an accuracy of 0.6 and misses it
in one unseeded run of six, with TensorFlow as with kerax.
"""

import os
import sys
import traceback

import kerax
import kerax.compat.tensorflow  # (imported for the forks)
from kerax.cli.run import main

SEED = 3


def run(script, folder, log):
    """Runs a script as the command does."""
    os.chdir(folder)
    kerax.utils.set_random_seed(SEED)
    output = open(log, "w", encoding="utf-8")
    os.dup2(output.fileno(), 1)
    os.dup2(output.fileno(), 2)
    sys.stdout = sys.stderr = output
    try:
        code = main([script])
    except BaseException:
        traceback.print_exc()
        code = 1
    output.flush()
    os._exit(code)


for line in sys.stdin:
    child = os.fork()
    if child == 0:
        run(*line.rstrip("\n").split("\t"))
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)
