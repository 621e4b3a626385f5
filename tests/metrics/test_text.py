"""Lines of samples: the same that the library writes, and reads."""

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from monitor.formats import SECRETS, visible
from monitor.metrics.text import lines

LABELS = ("network", "asset", "basis")
VALUES = st.text(max_size=12).filter(lambda text: visible(text) == text)
ANY = st.text(max_size=12)
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


@given(st.dictionaries(st.tuples(ANY, ANY, ANY), NUMBERS, max_size=8))
def test_whatever_a_publisher_writes_stays_apart_and_acts_on_nothing(samples: dict[tuple[str, ...], float]) -> None:
    text = lines("por_tried", LABELS, samples.items())
    assert text.replace("\n", "").isprintable()
    read = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    assert len({tuple(each.labels.items()) for each in read}) == len(samples)


def test_an_escape_and_the_text_of_it_are_two_series() -> None:
    written = lines("por_tried", ("asset",), [(("BTC\u202e",), 1), (("BTC\\u202e",), 2)])
    assert written == 'por_tried{asset="BTC\\\\u202e"} 1.0\npor_tried{asset="BTC\\\\u202e\'"} 2.0\n'


def test_a_secret_is_in_no_label() -> None:
    SECRETS.add({"topsecretkey"})
    assert "topsecretkey" not in lines("por_tried", ("endpoint",), [(("host/topsecretkey",), 1)])


def test_a_sample_needs_no_labels() -> None:
    assert lines("por_tried", (), [((), 1)]) == "por_tried 1.0\n"


def test_one_label_stays_what_it_is() -> None:
    assert lines("por_tried", ("exchange",), [(('"a"',), 0.5)]) == 'por_tried{exchange="\\"a\\""} 0.5\n'
