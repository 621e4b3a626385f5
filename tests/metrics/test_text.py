"""Lines of samples: the same that the library writes, and reads."""

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from monitor.metrics.text import lines

LABELS = ("network", "asset", "basis")
VALUES = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NUMBERS = st.floats(allow_nan=False)
SAMPLES = st.dictionaries(st.tuples(VALUES, VALUES, VALUES), NUMBERS, max_size=8)


@given(SAMPLES)
def test_the_library_writes_the_same(samples: dict[tuple[str, ...], float]) -> None:
    gauge = Gauge("por_tried", "A gauge.", LABELS, registry=CollectorRegistry())
    for values, number in samples.items():
        gauge.labels(*values).set(number)
    written = generate_latest(gauge).decode().split("\n", 2)[2]
    assert lines("por_tried", LABELS, samples.items()) == written


@given(SAMPLES)
def test_what_is_written_reads_as_it_was(samples: dict[tuple[str, ...], float]) -> None:
    text = lines("por_tried", LABELS, samples.items())
    read = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    assert {tuple(each.labels[label] for label in LABELS): each.value for each in read} == samples


def test_a_sample_needs_no_labels() -> None:
    assert lines("por_tried", (), [((), 1)]) == "por_tried 1.0\n"


def test_one_label_stays_what_it_is() -> None:
    assert lines("por_tried", ("exchange",), [(('"a"',), 0.5)]) == 'por_tried{exchange="\\"a\\""} 0.5\n'
