"""Logs and metrics: structlog on stderr (JSON off a terminal), Prometheus metrics in seconds."""

import logging
import sys

import structlog
from prometheus_client import Counter, Gauge, Histogram

# Up to 120 s: a try-on on a small GPU may take a minute, and the library's default ends at 10 s.
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0)

STAGE_DURATION = Histogram(
    "virton_stage_duration_seconds", "Time from an event's arrival to its ack.", ["stage"], buckets=SECONDS
)
STAGE_EVENTS = Counter("virton_stage_events_total", "Events by how they ended.", ["stage", "outcome"])
STAGE_RETRIES = Counter("virton_stage_retries_total", "Tries after the first.", ["stage", "error"])
EVENT_AGE = Histogram(
    "virton_event_age_seconds", "Age of an event (ce_time) when its stage begins.", ["stage"], buckets=SECONDS
)
IN_FLIGHT = Gauge("virton_stage_in_flight", "Events being handled.", ["stage"])
DEAD_LETTERS = Counter("virton_dead_letters_total", "Events sent to the dead letters.", ["stage", "error"])
RESULTS = Counter("virton_results_total", "Terminal results.", ["status", "reason"])
MODEL_CALLS = Counter("virton_model_calls_total", "Calls of a model: pose, parsing, generation.", ["model"])
MODEL_DURATION = Histogram("virton_model_duration_seconds", "Time in a model.", ["model"], buckets=SECONDS)
COLLECTOR_LAG = Gauge("virton_collector_lag", "Training examples not yet in the dataset.", ["partition"])
COLLECTOR_ROWS = Counter("virton_collector_rows_total", "Rows written to the dataset.")
HTTP_REQUESTS = Counter("virton_http_requests_total", "HTTP requests.", ["method", "route", "status"])
HTTP_DURATION = Histogram(
    "virton_http_request_duration_seconds", "Time to the end of the answer.", ["route"], buckets=SECONDS
)
FOLLOWERS = Gauge("virton_followers", "Open event streams of try-ons.")
QUEUE = Gauge("virton_queue_length", "Try-ons under way, as the gateway last counted them.")


class StageMetrics:
    """The metrics of one stage, looked up once and not at every event."""

    def __init__(self, stage: str) -> None:
        self.in_flight = IN_FLIGHT.labels(stage)
        self.age = EVENT_AGE.labels(stage)
        self._stage = stage
        self._duration = STAGE_DURATION.labels(stage)
        self._outcomes = {
            outcome: STAGE_EVENTS.labels(stage, outcome)
            for outcome in ("done", "dead_letter", "passed_over", "unacked")
        }

    def ended(self, outcome: str, seconds: float) -> None:
        """An event left the stage; one that was not acked has no duration yet."""
        self._outcomes[outcome].inc()
        if outcome != "unacked":
            self._duration.observe(seconds)

    def retried(self, error: Exception) -> None:
        """A try failed and there will be another."""
        STAGE_RETRIES.labels(self._stage, type(error).__name__).inc()

    def died(self, error: Exception) -> None:
        """An event goes to the dead letters."""
        DEAD_LETTERS.labels(self._stage, type(error).__name__).inc()


# Libraries of which only warnings matter.
CLIENTS = ("aiokafka", "kafka", "faust", "mode", "asyncio")
# While a broker is away its clients say so at every attempt, 40 times a second (measured).
SAME_MESSAGE_EVERY_S = 10.0


class ClientsNotAgain(logging.Filter):
    """Drops a client's message that it gave less than SAME_MESSAGE_EVERY_S ago, whatever its arguments."""

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.partition(".")[0] not in CLIENTS:
            return True
        message = (record.name, str(record.msg))
        if record.created - self._last.get(message, 0.0) < SAME_MESSAGE_EVERY_S:
            return False
        self._last[message] = record.created
        return True


def configure_logging(level: str = "info", *, as_json: bool | None = None) -> None:
    """Sends structlog's and the standard library's records to stderr in one format.

    `as_json` None: JSON unless stderr is a terminal.
    """
    use_json = not sys.stderr.isatty() if as_json is None else as_json
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if use_json else structlog.dev.ConsoleRenderer()
    )
    # Our own lines do not go through the standard library: one per event and stage, at a third of the time.
    structlog.configure(
        processors=[*shared, renderer],
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    handler.addFilter(ClientsNotAgain())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for client in CLIENTS:
        logging.getLogger(client).setLevel(logging.WARNING)
