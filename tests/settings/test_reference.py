"""docs/configuration.md cannot go stale."""

import re
from pathlib import Path

from monitor.settings import Section, exchange, schema
from tools import configuration_reference


def test_the_reference_is_what_the_schema_says() -> None:
    assert configuration_reference.TARGET.read_text(encoding="utf-8") == configuration_reference.reference()


def test_the_reference_leaves_no_section_out() -> None:
    told = {section for _, section in configuration_reference.SECTIONS}
    assert told == set(Section.__subclasses__()) - {exchange.DocumentSettings} | {
        exchange.WalletsSettings,
        exchange.LiabilitiesSettings,
        exchange.ProofSettings,
    }


def test_pages_name_no_setting_that_there_is_not() -> None:
    """Such as by the spelling of Prometheus' own flags, `web.config.file`."""
    keys = {"": set(schema.Settings.model_fields)}
    for place, section in configuration_reference.SECTIONS:
        keys[place] = {field.alias or name for name, field in section.model_fields.items()}
    top = Path(__file__).parent.parent.parent
    for page in (*top.glob("*.md"), *top.glob("docs/**/*.md"), *top.glob("deploy/**/*.yaml")):
        text = page.read_text(encoding="utf-8").replace("Prometheus' `web.config.file`", "")
        for section, key in re.findall(r"`([a-z]+)\.([a-z_.]+)`", text):
            assert section not in keys or key.partition(".")[0] in keys[section], f"{page.name}: {section}.{key}"
