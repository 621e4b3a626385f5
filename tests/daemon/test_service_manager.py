"""What systemd is told: on a real datagram socket, signs of life only while passes end, and nothing unasked."""

import asyncio
import os

import pytest

from monitor.daemon.service_manager import ServiceManager
from tests.support import virtual_time
from tests.support.service_managers import ServiceManagerStandIn

LIFE = "WATCHDOG=1"


def of(address: str, **variables: str) -> ServiceManager:
    return ServiceManager({"NOTIFY_SOCKET": address, **variables})


def signs(manager: ServiceManager, *, stalled_from: float = 3600, until: float = 100) -> None:
    """Keep alive for ``until`` virtual seconds; from ``stalled_from`` on, nothing gets on."""

    async def keep() -> None:
        loop = asyncio.get_running_loop()
        alive = asyncio.create_task(manager.keep_alive(lambda: "stuck" if loop.time() >= stalled_from else ""))
        await asyncio.sleep(until)
        alive.cancel()

    virtual_time.run(keep())


def test_signs_of_life_come_twice_in_the_time_that_is_waited_and_end_when_nothing_gets_on(
    service_manager: ServiceManagerStandIn,
) -> None:
    watched = of(service_manager.address, WATCHDOG_USEC="20000000", WATCHDOG_PID=str(os.getpid()))

    signs(watched, until=45)
    assert service_manager.told() == [LIFE] * 5
    signs(watched, stalled_from=15, until=45)
    assert service_manager.told() == [LIFE] * (5 + 2)


@pytest.mark.parametrize("microseconds", ["", "0", "-1", "soon"])
def test_no_signs_of_life_where_none_are_waited_for(service_manager: ServiceManagerStandIn, microseconds: str) -> None:
    signs(of(service_manager.address, WATCHDOG_USEC=microseconds))
    signs(of(service_manager.address, WATCHDOG_USEC="20000000", WATCHDOG_PID="1"))
    signs(of("", WATCHDOG_USEC="20000000"))
    assert service_manager.told() == []


def test_an_abstract_socket_is_found(tmp_path: object) -> None:
    with ServiceManagerStandIn(f"@{tmp_path}") as abstract:
        of(abstract.address).ready("Watching")
        assert abstract.told() == ["READY=1\nSTATUS=Watching"]


@pytest.mark.parametrize("address", ["/nothing/there", "vsock:2:1234", "@nobody"])
def test_what_cannot_be_told_hinders_nothing(address: str) -> None:
    of(address).stopping()
