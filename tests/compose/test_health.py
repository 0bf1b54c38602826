"""Health checks tell what hangs from what idles, and signals reach the processes."""

import asyncio

import pytest
from support.compose import ComposeStack, our_services, staying_services, with_role
from support.polling import eventually

KILLED = 137


def signal(stack: ComposeStack, service: str, name: str) -> None:
    """To the service itself, the one child of the container's first process."""
    kill = f"kill -{name} $(cat /proc/1/task/1/children)"
    stack.compose("exec", "-T", service, "bash", "-c", kill)


@pytest.mark.parametrize("service", our_services())
async def test_a_service_that_hangs_gets_unhealthy_and_one_that_idles_does_not(
    stack: ComposeStack, service: str
) -> None:
    async def health() -> str:
        return await asyncio.to_thread(stack.health, service)

    await eventually(health, lambda state: state == "healthy")  # with nothing to do
    await asyncio.to_thread(signal, stack, service, "STOP")
    try:
        await eventually(health, lambda state: state == "unhealthy", seconds=90)
    finally:
        await asyncio.to_thread(signal, stack, service, "CONT")
    await eventually(health, lambda state: state == "healthy", seconds=60)


@pytest.mark.parametrize("service", staying_services())
def test_a_service_that_is_asked_to_stop_does_and_is_not_killed(stack: ComposeStack, service: str) -> None:
    stack.compose("stop", "--timeout", "60", service)
    try:
        assert stack.container(service)["State"]["ExitCode"] != KILLED
    finally:
        stack.up("--no-deps", service)


def test_the_workers_stop_while_kafka_is_away(stack: ComposeStack) -> None:
    stack.compose("stop", "kafka")
    try:
        for worker in with_role("worker"):
            stack.compose("stop", "--timeout", "30", worker)
            assert stack.container(worker)["State"]["ExitCode"] != KILLED
    finally:
        stack.up("--no-deps", "kafka", *with_role("worker"))
