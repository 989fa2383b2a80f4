"""Every metric that `/metrics` tells, with its unit, its labels, the panel that draws it and the alerts that watch it.

Labels are bounded: servers and models that were asked, at most `MOST_MODELS` of them, and detectors of the settings; the other labels have a fixed set of
values. No metric has a version, a person or a value of a case as a label.
"""

from __future__ import annotations

from api.metrics.metric import Alert, Metric, Panel

# Labels of more models would make a Prometheus slow; the first by name are told, and how many are left out.
MOST_MODELS = 1_000
JOB = "mds-workbench"
OF_MODEL = ("server", "model")
_NOT_REQUESTS = "invalid"


def _by_model(query: str, title: str, unit: str = "short", more: str = "") -> Panel:
    return Panel(title=title, query=query, legend="{{server}}/{{model}}" + more, unit=unit)


_SENT = f'mds_cases_total{{outcome!="{_NOT_REQUESTS}"}}'
_FAILED = f'mds_cases_total{{outcome!~"answered|{_NOT_REQUESTS}"}}'

METRICS: tuple[Metric, ...] = (
    Metric(
        name="mds_workbench_info",
        kind="gauge",
        unit="1",
        says="Always 1; the version of the workbench stands in the label",
        labels=("version",),
        panels=(Panel(title="Version", query="mds_workbench_info", legend="{{version}}"),),
        alerts=(
            Alert(
                name="MdsWorkbenchDown",
                query=f'absent(up{{job="{JOB}"}} == 1)',
                wait="2m",
                severity="critical",
                summary="The workbench does not answer.",
                advice="Look at its process and its log.",
            ),
        ),
    ),
    Metric(
        name="mds_database_up",
        kind="gauge",
        unit="0 or 1",
        says="1 while the database can be read and written; at 0 every figure from it is absent",
        panels=(
            Panel(
                title="Database", query="mds_database_up", legend="{{instance}}", unit="bool_on_off"
            ),
        ),
        alerts=(
            Alert(
                name="MdsDatabaseDown",
                query="mds_database_up == 0",
                wait="1m",
                severity="critical",
                summary="The workbench cannot use its database, so nothing can be recorded.",
                advice="`mds doctor` says what is wrong with it.",
            ),
        ),
    ),
    Metric(
        name="mds_server_up",
        kind="gauge",
        unit="0 or 1",
        says="1 while a model server answered the last time it was asked what it has",
        labels=("server",),
        panels=(
            Panel(
                title="Model servers",
                query="mds_server_up",
                legend="{{server}}",
                unit="bool_on_off",
            ),
        ),
        alerts=(
            Alert(
                name="MdsServerDown",
                query="mds_server_up == 0",
                wait="2m",
                severity="critical",
                summary="The model server {{ $labels.server }} does not answer.",
                advice="`mds doctor` says what it answers.",
            ),
        ),
    ),
    Metric(
        name="mds_models",
        kind="gauge",
        unit="model versions",
        says="Deployed model versions by the state that their server gives them",
        labels=("server", "state"),
        panels=(Panel(title="Model versions", query="mds_models", legend="{{server}} {{state}}"),),
    ),
    Metric(
        name="mds_cases_total",
        kind="counter",
        unit="cases",
        says="Requests of people by how they ended: `answered`, or the kind of the error; `invalid` was never sent. Falls when a "
        "demonstration is reset",
        labels=(*OF_MODEL, "outcome"),
        panels=(
            _by_model(
                "sum by (server, model) (rate(mds_cases_total[5m]))", "Requests a second", "reqps"
            ),
            _by_model(
                f"sum by (server, model) (rate({_FAILED}[15m])) / sum by (server, model) (rate({_SENT}[15m])) "
                "or sum by (server, model) (rate(mds_cases_total[15m])) * 0",
                "Share of requests that fail",
                "percentunit",
            ),
        ),
        alerts=(
            Alert(
                name="MdsRequestsFail",
                query=f"sum by (server, model) (rate({_FAILED}[15m])) / sum by (server, model) (rate({_SENT}[15m])) > 0.05",
                wait="5m",
                severity="warning",
                summary="More than 1 in 20 requests to {{ $labels.server }}/{{ $labels.model }} fail.",
                advice="Health lists the requests that failed, by kind.",
            ),
        ),
    ),
    Metric(
        name="mds_cases_unanswered",
        kind="gauge",
        unit="cases",
        says="Requests of which no end is recorded: they are under way, or their process ended",
        labels=OF_MODEL,
        panels=(_by_model("mds_cases_unanswered", "Without a recorded end"),),
    ),
    Metric(
        name="mds_case_duration_seconds",
        kind="gauge",
        unit="seconds",
        says="How long the newest days of 2,000 answered requests took that were asked one by one, of the version asked last, at "
        "the percentile 50, 95 and 99",
        labels=(*OF_MODEL, "percentile"),
        panels=(
            _by_model(
                'mds_case_duration_seconds{percentile="95"}', "19 of 20 are faster than", "s"
            ),
        ),
    ),
    Metric(
        name="mds_feedback_statements",
        kind="gauge",
        unit="statements",
        says="What people say now of answered cases, by why it was said (`channel`) and what",
        labels=(*OF_MODEL, "channel", "judgement"),
        panels=(
            _by_model(
                "sum by (server, model, judgement) (mds_feedback_statements)",
                "What people say",
                more=" {{judgement}}",
            ),
        ),
    ),
    Metric(
        name="mds_accuracy_ratio",
        kind="gauge",
        unit="share, 0 to 1",
        says="The estimated share of right answers of the last 120 days, from drawn cases; absent without enough evidence",
        labels=OF_MODEL,
        panels=(_by_model("mds_accuracy_ratio", "Share of right answers", "percentunit"),),
    ),
    Metric(
        name="mds_accuracy_low_ratio",
        kind="gauge",
        unit="share, 0 to 1",
        says="The lower end of its 95 % interval",
        labels=OF_MODEL,
        panels=(_by_model("mds_accuracy_low_ratio", "At least (95 % interval)", "percentunit"),),
    ),
    Metric(
        name="mds_accuracy_high_ratio",
        kind="gauge",
        unit="share, 0 to 1",
        says="The upper end of its 95 % interval",
        labels=OF_MODEL,
        panels=(_by_model("mds_accuracy_high_ratio", "At most (95 % interval)", "percentunit"),),
    ),
    Metric(
        name="mds_accuracy_checked_cases",
        kind="gauge",
        unit="cases",
        says="How many judged cases that estimate is from",
        labels=OF_MODEL,
        panels=(_by_model("mds_accuracy_checked_cases", "Checked cases"),),
    ),
    Metric(
        name="mds_accuracy_left_out_ratio",
        kind="gauge",
        unit="share, 0 to 1",
        says="The share of the answers that the estimate does not speak for: of versions of which nobody checked any",
        labels=OF_MODEL,
        panels=(_by_model("mds_accuracy_left_out_ratio", "Left out of it", "percentunit"),),
    ),
    Metric(
        name="mds_health_status",
        kind="gauge",
        unit="0 or 1",
        says="1 for the word that *Health* says of a model, 0 for the three others",
        labels=(*OF_MODEL, "word"),
        panels=(_by_model("mds_health_status == 1", "Condition", more=": {{word}}"),),
        alerts=(
            Alert(
                name="MdsModelAct",
                query='mds_health_status{word="Act"} == 1',
                wait="0m",
                severity="critical",
                summary="{{ $labels.server }}/{{ $labels.model }} needs somebody: Health says Act.",
                advice="Health says why, and leads to the cases.",
            ),
        ),
    ),
    Metric(
        name="mds_alarm_open",
        kind="gauge",
        unit="0 or 1",
        says="1 while *Health* finds this and it goes on: wrong answers (`accuracy`), failures (`errors`), changed `inputs` or answers to them",
        labels=(*OF_MODEL, "kind"),
        panels=(_by_model("mds_alarm_open", "Alarms", more=": {{kind}}"),),
    ),
    Metric(
        name="mds_drift_detector_flagged",
        kind="gauge",
        unit="0 or 1",
        says="1 where a drift detector deployed beside the model found drift when it was asked last; absent where it gave no verdict",
        labels=(*OF_MODEL, "detector"),
        panels=(
            _by_model(
                "mds_drift_detector_flagged", "Drift, by deployed detectors", more=": {{detector}}"
            ),
        ),
    ),
    Metric(
        name="mds_alarm_evidence",
        kind="gauge",
        unit="1",
        says="The e-process against the accepted baseline at its highest: from 20 on it is an alarm; absent without a baseline",
        labels=OF_MODEL,
        panels=(_by_model("mds_alarm_evidence", "Evidence of a fall (20 is an alarm)"),),
    ),
    Metric(
        name="mds_jobs",
        kind="gauge",
        unit="jobs",
        says="Jobs that wait or run, by their kind",
        labels=("kind", "state"),
        panels=(Panel(title="Jobs", query="sum by (state) (mds_jobs)", legend="{{state}}"),),
    ),
    Metric(
        name="mds_jobs_oldest_waiting_seconds",
        kind="gauge",
        unit="seconds",
        says="How long the oldest job waits that nobody has begun; 0 where none waits",
        panels=(
            Panel(
                title="The oldest job waits for",
                query="mds_jobs_oldest_waiting_seconds",
                legend="{{instance}}",
                unit="s",
            ),
        ),
        alerts=(
            Alert(
                name="MdsJobsWait",
                query="mds_jobs_oldest_waiting_seconds > 3600",
                wait="5m",
                severity="warning",
                summary="A job has waited for more than an hour.",
                advice="Start `mds worker`, or more of them.",
            ),
        ),
    ),
    Metric(
        name="mds_workers",
        kind="gauge",
        unit="processes",
        says="Processes that gave a sign of life and take jobs from the queues (`worker`), run some of their own (`web`), or help with one on a Ray cluster (`ray`)",
        labels=("role",),
        panels=(Panel(title="Workers", query="mds_workers", legend="{{role}}"),),
    ),
    Metric(
        name="mds_stream_records_total",
        kind="counter",
        unit="records",
        says="Records of streams (`mds stream`) that were `answered`, or went to the topic of those that cannot be (`poison`), "
        "all processes together",
        labels=("stream", "outcome"),
        panels=(
            Panel(
                title="Stream records a second",
                query="sum by (stream, outcome) (rate(mds_stream_records_total[5m]))",
                legend="{{stream}} {{outcome}}",
                unit="reqps",
            ),
        ),
        alerts=(
            Alert(
                name="MdsStreamPoison",
                query='sum by (stream) (rate(mds_stream_records_total{outcome="poison"}[15m])) / '
                "sum by (stream) (rate(mds_stream_records_total[15m])) > 0.05",
                wait="10m",
                severity="warning",
                summary="More than 1 in 20 records of the stream {{ $labels.stream }} cannot be asked about.",
                advice="The topic of poison records says why.",
            ),
        ),
    ),
    Metric(
        name="mds_stream_recorded_total",
        kind="counter",
        unit="records",
        says="Records of streams that have a case",
        labels=("stream",),
        panels=(
            Panel(
                title="Stream records with a case",
                query="rate(mds_stream_recorded_total[5m])",
                legend="{{stream}}",
                unit="reqps",
            ),
        ),
    ),
    Metric(
        name="mds_stream_lag_records",
        kind="gauge",
        unit="records",
        says="How many records wait in the topic of a stream or are not settled, as its broker said last",
        labels=("stream",),
        panels=(
            Panel(
                title="Stream records that wait",
                query="mds_stream_lag_records",
                legend="{{stream}}",
            ),
        ),
    ),
    Metric(
        name="mds_stream_silent_seconds",
        kind="gauge",
        unit="seconds",
        says="For how long no process has told anything of a stream; they tell every 5 seconds",
        labels=("stream",),
        panels=(
            Panel(
                title="Streams are silent for",
                query="mds_stream_silent_seconds",
                legend="{{stream}}",
                unit="s",
            ),
        ),
        alerts=(
            Alert(
                name="MdsStreamSilent",
                query="mds_stream_silent_seconds > 120",
                wait="5m",
                severity="warning",
                summary="No process reads the stream {{ $labels.stream }}.",
                advice="Start `mds stream` again; its log says why it ended. What waits in the topic is not lost.",
            ),
        ),
    ),
    Metric(
        name="mds_models_left_out",
        kind="gauge",
        unit="models",
        says=f"Models that were asked and are not told here, because there are more than {MOST_MODELS:,}",
        panels=(
            Panel(title="Models left out", query="mds_models_left_out", legend="{{instance}}"),
        ),
    ),
    Metric(
        name="mds_figures_seconds",
        kind="gauge",
        unit="seconds",
        says="How long it took to make these figures; they are made at most every 15 seconds",
        panels=(
            Panel(
                title="Making the figures takes",
                query="mds_figures_seconds",
                legend="{{instance}}",
                unit="s",
            ),
        ),
    ),
)
BY_NAME = {metric.name: metric for metric in METRICS}
