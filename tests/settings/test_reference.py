"""docs/configuration.md cannot go stale."""

from monitor.settings import Section, schema
from tools import configuration_reference


def test_the_reference_is_what_the_schema_says() -> None:
    assert configuration_reference.TARGET.read_text(encoding="utf-8") == configuration_reference.reference()


def test_the_reference_leaves_no_section_out() -> None:
    told = {section for _, section in configuration_reference.SECTIONS}
    assert told == set(Section.__subclasses__()) - {schema.DocumentSettings} | {
        schema.WalletsSettings,
        schema.LiabilitiesSettings,
        schema.ProofSettings,
    }
