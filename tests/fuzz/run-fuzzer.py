#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs a libFuzzer target for a bounded time, from seeds that its twin makes. Arguments: FUZZER SEEDS SECONDS."""
import subprocess
import sys
import tempfile

fuzzer, seeds, seconds = sys.argv[1:4]
with tempfile.TemporaryDirectory() as folder:
    subprocess.run([seeds, folder], check=True)
    # A finding is written beside the seeds and printed in base64: the folder goes with this run.
    done = subprocess.run([fuzzer, folder, f"-max_total_time={seconds}", "-max_len=600", "-timeout=20",
                           "-rss_limit_mb=2048", f"-artifact_prefix={folder}/finding-", "-print_final_stats=1"])
sys.exit(1 if done.returncode != 0 else 0)
