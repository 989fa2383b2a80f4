"""MLServer as the embedded MDS runs it: on this machine only, in one process, gone when told to go."""

import functools
import os
import threading
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from mlserver import MLServer, Settings
from mlserver.errors import MLServerError
from mlserver.parallel.errors import WorkerError
from mlserver.repository import SchemalessModelRepository
from mlserver.rest.errors import _EXCEPTION_HANDLERS
from mlserver.types import InferenceResponse

from runtimes.mishap import Mishap, answer_mishap

Infer = Callable[..., Awaitable[InferenceResponse]]

SECONDS_TO_FINISH = 2  # for requests that are under way when we are told to stop
SECONDS_TO_STOP = 3


class EmbeddedServer(MLServer):
    """An MLServer that ends in time, whoever still waits for an answer."""

    was_told_to_stop = True

    async def stop(self, sig: int | None = None) -> None:
        self.was_told_to_stop = sig is not None
        # gRPC alone is given five seconds to stop.
        deadline = threading.Timer(SECONDS_TO_STOP, os._exit, (0,))
        deadline.daemon = True
        deadline.start()
        await super().stop(sig)

    def _create_servers(self) -> None:
        self._data_plane.infer = _telling(self._data_plane.infer)
        super()._create_servers()


async def run(repository: Path, addresses: Mapping[str, str | int]) -> bool:
    """Serve the models of the repository; false if it ended by itself, because a model failed."""
    _EXCEPTION_HANDLERS[Mishap] = answer_mishap
    models = await SchemalessModelRepository(str(repository)).list()
    server = EmbeddedServer(_settings(repository, addresses))
    await server.start(models)
    return server.was_told_to_stop


def _settings(repository: Path, addresses: Mapping[str, str | int]) -> Settings:
    settings = Settings(
        debug=False,
        parallel_workers=0,
        model_repository_root=str(repository),
        tracing_server=None,
        kafka_enabled=False,
        **addresses,
    )
    settings._custom_rest_server_settings = {"timeout_graceful_shutdown": SECONDS_TO_FINISH}
    settings._custom_metrics_server_settings = {"timeout_graceful_shutdown": SECONDS_TO_FINISH}
    return settings


def _telling(infer: Infer) -> Infer:
    """Without workers MLServer 1.7.1 hides why a model failed and drops the connection after it.

    Say it as its workers do: status 500 and the failure's own words.
    """

    @functools.wraps(infer)
    async def infer_or_tell(*args: object, **kwargs: object) -> InferenceResponse:
        try:
            return await infer(*args, **kwargs)
        except (MLServerError, Mishap):
            raise
        except Exception as failure:
            raise WorkerError(failure) from failure

    return infer_or_tell
