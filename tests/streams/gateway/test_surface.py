"""What surrounds the routes: errors of every kind, headers, probes, metrics, OpenAPI, pages without an outside."""

import asyncio
import csv
import io
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from schemas.events import FeedbackGiven
from streams.gateway import pages
from streams.gateway.health import Readiness, unready
from tests.streams.gateway.conftest import Api, MakeApi
from tests.streams.gateway.test_asking import problem
from tests.streams.gateway.test_tryons import KEYS, finished
from tests.streams.made import request


async def test_every_error_is_a_problem(api: Api) -> None:
    """404, 405, 400 and 422 of the framework itself, too; a 405 names the methods."""
    problem(await api.client.get("/v1/nothing"), 404, "not_found")
    problem(await api.client.get("/static/nothing.css"), 404, "not_found")
    answer = await api.client.put("/v1/tryons")
    problem(answer, 405, "method_not_allowed")
    assert "POST" in answer.headers["allow"]
    url = await finished(api)
    json_header = {"Content-Type": "application/json"}
    problem(await api.client.post(f"{url}/feedback", content=b"{", headers=json_header), 422, "malformed_body")


async def test_our_own_fault_is_told_without_its_inside(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unexpected exception is a 500 problem; its text stays in the log."""

    async def broken(_: object) -> None:
        raise KeyError("secret detail")

    monkeypatch.setattr(api.rows, "status", broken)
    with capture_logs() as logs:
        answer = await api.client.get(f"/v1/tryons/{uuid4()}")
    problem(answer, 500, "internal")
    assert "gateway.failed" in {entry["event"] for entry in logs}
    assert "secret" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    method=st.sampled_from(["GET", "POST", "DELETE", "PUT", "PATCH", "HEAD"]),
    path=st.sampled_from(
        ["/v1/tryons", "/v1/tryons/{}", "/v1/tryons/{}/feedback", "/v1/objects", "/v1/checks", "/v1/accuracy"]
    ),
    tail=st.text(alphabet=st.characters(codec="utf-8"), max_size=40),
    kind=st.sampled_from(["application/json", "multipart/form-data; boundary=b", "image/png", "", "nonsense"]),
    body=st.binary(max_size=200),
)
async def test_no_request_is_our_fault(  # noqa: PLR0913 - one argument per part of a request
    api: Api, *, method: str, path: str, tail: str, kind: str, body: bytes
) -> None:
    """Whatever is sent, the answer is below 500, and every error is a problem."""
    answer = await api.client.request(
        method, path.format(quote(tail, safe="") or "x"), content=body, headers={"Content-Type": kind} if kind else {}
    )
    assert answer.status_code < 500
    if answer.status_code >= 400 and method != "HEAD":
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"]


@pytest.mark.parametrize("path", ["/", "/gallery", "/docs", "/livez", "/v1/garments", "/openapi.json", "/nothing"])
async def test_every_answer_is_hardened(api: Api, path: str) -> None:
    """A content security policy that allows only this server, and no sniffing, framing or referrer."""
    headers = (await api.client.get(path)).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert "http" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("path", ["/", "/gallery", "/docs"])
async def test_pages_ask_nobody_else(api: Api, path: str) -> None:
    """No address of another server and no inline script; everything that a page names is served here."""
    answer = await api.client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    named = re.findall(r'(?:src|href)="([^"#]+)"', answer.text)
    assert named
    for url in named:
        assert url.startswith("/"), url
        assert (await api.client.get(url)).status_code == 200, url
    assert not re.search(r"<script(?![^>]*\bsrc=)", answer.text)
    assert " style=" not in answer.text


async def test_opening_the_page_loads_what_checks_need(api: Api) -> None:
    """The first photo is then checked without waiting for the models."""
    await api.client.get("/gallery")
    assert not api.warmed.is_set()
    await api.client.get("/")
    assert await asyncio.to_thread(api.warmed.wait, 5)


@pytest.mark.parametrize("path", ["/", "/gallery"])
async def test_where_keys_are_needed_the_page_says_so(make_api: MakeApi, path: str) -> None:
    """No browser has a key: in place of a page that can do nothing there is a word on what to do. Nothing is loaded."""
    api = make_api(api_keys=KEYS)
    answer = await api.client.get(path)
    assert answer.status_code == 200
    assert "VIRTON_API_KEYS" in answer.text
    assert "Authorization: Bearer" in answer.text
    assert "<script" not in answer.text
    for url in re.findall(r'(?:src|href)="([^"#]+)"', answer.text):
        assert (await api.client.get(url)).status_code == 200, url
    assert not api.warmed.wait(0.05)


async def test_the_docs_work_without_a_network(api: Api) -> None:
    """Swagger UI's script and style come from this server and name no other to load from."""
    script = await api.client.get("/docs/docs.js")
    assert "/openapi.json" in script.text
    assert "http" not in script.text
    assert len((await api.client.get("/docs/assets/swagger-ui-bundle.js")).content) > 500_000


async def test_sample_garments_are_served(api: Api) -> None:
    """Each has a name, a category and a picture that is there."""
    listed = (await api.client.get("/v1/garments")).json()["garments"]
    assert len(listed) >= 4
    for garment in listed:
        image = await api.client.get(garment["image"])
        assert image.status_code == 200, garment
        assert image.headers["content-type"].startswith("image/")


async def test_sample_people_are_served(api: Api) -> None:
    """Each has a name and a picture that is there."""
    listed = (await api.client.get("/v1/people")).json()["people"]
    assert len(listed) >= 4
    for person in listed:
        assert person["name"]
        image = await api.client.get(person["image"])
        assert image.status_code == 200, person
        assert image.headers["content-type"].startswith("image/")


def test_a_sample_garment_cannot_name_a_file_elsewhere(tmp_path: Path) -> None:
    """Whatever the list says, the picture is one of the garments' folder."""
    (tmp_path / "garments").mkdir()
    listed = [{"id": "g", "name": "G", "category": "upper", "image": "https://elsewhere/../x.png"}]
    (tmp_path / "garments" / "garments.json").write_text(json.dumps(listed))
    assert pages.sample_garments(tmp_path)[0].image == "/static/garments/x.png"


async def test_probes_tell_what_is_away(api: Api) -> None:
    """Alive whatever is away; ready only with broker, store and database, and the text names the missing one."""
    assert (await api.client.get("/readyz")).text == "ok\n"
    api.store.away = api.publisher.away = True
    answer = await api.client.get("/readyz")
    assert answer.status_code == 503
    assert "broker" in answer.text
    assert "store" in answer.text
    assert "database" not in answer.text
    assert (await api.client.get("/livez")).status_code == 200


async def test_ready_stands_for_a_second(make_api: MakeApi) -> None:
    """Whoever asks however often, broker, store and database are looked at once; also by those who ask at once."""
    api = make_api(keep_ready_s=60)
    answers = await asyncio.gather(*(api.client.get("/readyz") for _ in range(5)))
    api.store.away = True
    answers.append(await api.client.get("/readyz"))
    assert {answer.text for answer in answers} == {"ok\n"}
    looks = 0

    async def count() -> None:
        nonlocal looks
        looks += 1

    readiness = Readiness({"broker": count}, keep_s=0.05)
    await asyncio.gather(*(readiness.reasons() for _ in range(5)))
    assert looks == 1
    await asyncio.sleep(0.06)
    await readiness.reasons()
    assert looks == 2


async def test_a_dependency_that_hangs_is_away() -> None:
    """It does not make the probe hang."""

    async def hangs() -> None:
        await asyncio.sleep(60)

    assert await unready({"broker": hangs}, within_s=0.01) == ["broker: no answer within 0.01 s"]


async def test_metrics_are_by_route(api: Api) -> None:
    """Ids do not become labels; times are in seconds."""
    url = await finished(api)
    await api.client.get(url)
    text = (await api.client.get("/metrics")).text
    assert 'virton_http_requests_total{method="GET",route="/v1/tryons/{tryon}",status="200"}' in text
    assert "virton_http_request_duration_seconds_bucket" in text
    assert url not in text


async def test_openapi_is_valid_and_complete(api: Api) -> None:
    """A valid OpenAPI 3.1 document: every route of the design, errors as problem details, all references resolved."""
    document = (await api.client.get("/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    routes = {(method, path) for path, item in document["paths"].items() for method in item}
    assert routes >= {
        ("post", "/v1/objects"),
        ("post", "/v1/checks"),
        ("post", "/v1/tryons"),
        ("get", "/v1/tryons/{tryon}"),
        ("get", "/v1/tryons/{tryon}/pictures/{sample}"),
        ("get", "/v1/tryons/{tryon}/events"),
        ("post", "/v1/tryons/{tryon}/feedback"),
        ("delete", "/v1/tryons/{tryon}"),
        ("get", "/v1/accuracy"),
    }
    ids = [operation["operationId"] for item in document["paths"].values() for operation in item.values()]
    assert len(ids) == len(set(ids))
    for reference in re.findall(r'"\$ref": ?"#/([^"]+)"', json.dumps(document)):
        found = document
        for part in reference.split("/"):
            found = found[part]
    for schema in document["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
    problems = document["paths"]["/v1/tryons"]["post"]["responses"]["422"]["content"]
    assert list(problems) == ["application/problem+json"]
    form = document["components"]["schemas"]["Body_ask"]["properties"]
    assert (form["photo"]["format"], form["garment"]["items"]["format"]) == ("binary", "binary")


async def judged(api: Api, *answers: bool | None) -> None:
    """Completed try-ons, some of them judged."""
    for accurate in answers:
        url = await finished(api, request(shop="demo"))
        if accurate is not None:
            row = (await api.client.get(url)).json()
            await api.rows.apply_feedback(FeedbackGiven(tryon=row["id"], accurate=accurate), datetime.now(UTC))


async def test_accuracy_has_n_and_intervals(api: Api) -> None:
    """3 of 4 judged right out of 5 completed: the share, its Wilson interval, the response and what it leaves open."""
    await judged(api, True, True, True, False, None)
    report = (await api.client.get("/v1/accuracy", params={"by": "model"})).json()
    [figure] = report["figures"]
    assert (figure["group"], figure["n"], figure["accurate"], figure["completed"]) == ("warped 1", 4, 3, 5)
    assert figure["accuracy"] == 0.75
    assert figure["low"] == pytest.approx(0.3006, abs=1e-3)
    assert figure["high"] == pytest.approx(0.9544, abs=1e-3)
    assert figure["response_rate"] == pytest.approx(0.8)
    assert (figure["least"], figure["most"]) == (pytest.approx(0.6), pytest.approx(0.8))


async def test_accuracy_as_csv(api: Api) -> None:
    """The same figures, a row a group, under their names; an absent share is an empty cell."""
    await judged(api, None)
    answer = await api.client.get("/v1/accuracy", params={"by": "code"}, headers={"Accept": "text/csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    [row] = csv.DictReader(io.StringIO(answer.text))
    assert (row["group"], row["n"], row["accuracy"], row["completed"]) == ("none", "0", "", "1")


async def test_accuracy_knows_its_groups(api: Api) -> None:
    """Another grouping is refused with the known ones."""
    details = problem(await api.client.get("/v1/accuracy", params={"by": "moon"}), 422, "invalid_request")
    assert details["errors"][0]["allowed"] == ["week", "model", "code"]


async def test_browsers_ask_again_for_every_file_of_the_page(api: Api) -> None:
    """Nothing of the page is named by its content: after an upgrade no browser may go on with an old module."""
    for path in ("/", "/static/js/room.js"):
        assert (await api.client.get(path)).headers["cache-control"] == "no-cache", path
