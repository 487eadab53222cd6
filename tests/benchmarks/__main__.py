"""Run benchmarks.

usage::

    python -m tests.benchmarks [explain|predict|rounds|loader|train] [--json -] [--repeat N]
"""

from __future__ import annotations

import argparse
import json

from tests.benchmarks import explain, loader, predict, rounds, train

PARTS = {
    "explain": explain.run,
    "predict": predict.run,
    "rounds": rounds.run,
    "loader": loader.run,
    "train": train.run,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("part", nargs="?", choices=PARTS, help="default: all")
    parser.add_argument("--json", help="- prints one JSON document for the part, nothing else")
    parser.add_argument("--repeat", type=int, default=15, help="runs each; the median counts")
    args = parser.parse_args()
    for part in [args.part] if args.part else PARTS:
        document = PARTS[part](args.repeat)
        if args.json:
            print(json.dumps(document))
            continue
        print(f"{document['name']}: {document['ours']}  (n = {document['n']})")
        for peer, figure in document["peers"].items():
            ratio = document["ratios"].get(peer)
            print(f"  {peer}: {figure}" + (f"  ratio {ratio:.2f}" if ratio else ""))


if __name__ == "__main__":
    main()
