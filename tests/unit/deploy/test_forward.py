"""What stands before a program that binds its port itself."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from dotcloud.platform import forward


@pytest.fixture
def program() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


@pytest.fixture
def front(program: socket.socket) -> Iterator[tuple[subprocess.Popen[bytes], tuple[str, int]]]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        command = f"exec 3<&{listening.fileno()}; exec {sys.executable} {forward.__file__} {program.getsockname()[1]}"
        child = subprocess.Popen(["/bin/bash", "-c", command], pass_fds=[listening.fileno()])
        yield child, listening.getsockname()
        child.kill()
        child.wait()


def test_both_ways_and_the_end_are_passed_on(program, front):
    with socket.create_connection(front[1], timeout=10) as visitor:
        visitor.sendall(b"question")
        with program.accept()[0] as answers:
            assert answers.recv(100) == b"question"
            answers.sendall(b"answer")
        assert visitor.recv(100) == b"answer"
        assert visitor.recv(100) == b""


def test_who_waits_for_an_answer_gets_it_after_the_end_was_asked_for(program, front):
    child, address = front
    with socket.create_connection(address, timeout=10) as visitor:
        visitor.sendall(b"question")
        with program.accept()[0] as answers:
            assert answers.recv(100) == b"question"
            with socket.create_connection(address, timeout=10) as idle, program.accept()[0]:
                child.terminate()
                assert idle.recv(100) == b""
            answers.sendall(b"answer")
            assert visitor.recv(100) == b"answer"
            assert child.wait(10) == 0
