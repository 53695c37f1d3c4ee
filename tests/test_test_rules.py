"""The rules of tests/conftest.py hold: no network, virtual devices in a child process."""

import socket

import jax
import pytest


def test_other_machines_are_refused():
    with pytest.raises(pytest.fail.Exception, match="tried to reach"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)  # TEST-NET-1: an address that belongs to nobody
    with pytest.raises(pytest.fail.Exception, match="tried to reach"):
        socket.getaddrinfo("kerax.invalid", 80)


def test_this_machine_may_be_reached():
    with socket.create_server(("127.0.0.1", 0)) as server:
        with socket.create_connection(server.getsockname(), timeout=5) as client:
            assert client.getpeername() == server.getsockname()


def test_runs_on_one_cpu_device_by_default():
    assert jax.default_backend() == "cpu"


@pytest.mark.devices(8)
def test_eight_virtual_devices():
    assert jax.device_count() == 8
