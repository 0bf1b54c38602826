"""One erasure from its request to its report."""

from uuid import UUID

from catalogue_schema.subjects import Digests
from fastapi import Request, Response

from catalogue_api.access.auditing import audit_request
from catalogue_api.privacy.erasures import digests_under, erase_letters, erase_some, finish, suppress
from catalogue_api.privacy.reports import ask_kafka, foretell, report
from catalogue_api.privacy.requests import ErasureReport, ErasureRequest
from catalogue_api.resources import AppResources, transaction


async def run_erasure(
    resources: AppResources, asked: ErasureRequest, request: Request, response: Response
) -> ErasureReport:
    """Raises Unavailable, also halfway: what is suppressed stays so, and the same request again goes on."""
    digests, stays = digests_under(resources.settings.erasure_key), await ask_kafka(resources.kafka)
    if asked.dry_run:
        async with transaction(resources) as db:
            return await foretell(db, asked, stays)
    async with transaction(resources) as db:
        erasure = await suppress(db, asked, digests)
        response.headers["Location"] = f"/v1/erasures/{erasure.id}"
        await audit_request(db, request, response)
    await _erase(resources, erasure.id, asked, digests)
    async with transaction(resources) as db:
        return await report(db, await finish(db, erasure.id), stays)


async def _erase(resources: AppResources, erasure_id: UUID, asked: ErasureRequest, digests: Digests) -> None:
    """In parts, so that no part holds others up, however much there is."""
    more = 1
    while more:
        async with transaction(resources) as db:
            more = await erase_some(db, erasure_id, asked, digests)
    after: int | None = 0
    while after is not None:
        async with transaction(resources) as db:
            after = await erase_letters(db, erasure_id, asked, after)
