"""Does what programs do with py-consul, through the agent at HOST PORT: one subject a run. It ends with 0 when all was as it has to be."""

import sys

import consul

import asynchronous
import cluster
import keys
import services

SUBJECTS = {**keys.SUBJECTS, **services.SUBJECTS, **cluster.SUBJECTS, **asynchronous.SUBJECTS}


def main() -> None:
    host, port, subject = sys.argv[1:]
    SUBJECTS[subject](consul.Consul(host=host, port=int(port)))


if __name__ == "__main__":
    main()
