"""What a service says of itself: the manifest that OpenRefine stores when the service is added (R21).

All addresses begin with the base of the publication, never with what a request says of the host (R3).
"""

from __future__ import annotations

from typing import Any

from twin_graph.reconcile.reading import BATCH
from twin_graph.reconcile.services import Service
from twin_graph.reconcile.vocabulary import Setting, settings

WIDTH, HEIGHT = 420, 180


def manifest(service: Service, name: str, version: str, documentation: str, logo: str) -> dict[str, Any]:
    """The manifest of a service.

    Args:
        version: of everything that an answer depends on.
        documentation, logo: addresses.
    """
    common: dict[str, Any] = {
        "versions": [service.version],
        "name": name,
        "identifierSpace": service.identifier_space,
        "schemaSpace": service.schema_space,
        "documentation": documentation,
        "logo": logo,
        "serviceVersion": version,
        "batchSize": BATCH,
        "defaultTypes": [{"id": each.id, "name": each.name(service.language)} for each in service.types],
    }
    return common | (_draft(service, documentation) if service.is_draft else _stable(service, documentation))


def _stable(service: Service, documentation: str) -> dict[str, Any]:
    host = service.base_iri.rstrip("/")

    def place(tail: str) -> dict[str, str]:
        return {"service_url": host, "service_path": f"/{service.path}/{tail}"}

    return {
        "view": {"url": service.view + "{{id}}"},
        "feature_view": {"url": documentation + "#{{id}}"},
        "preview": {"url": f"{service.address}/preview?id={{{{id}}}}", "width": WIDTH, "height": HEIGHT},
        "suggest": {name: place(f"suggest/{name}") for name in ("entity", "property", "type")},
        "extend": {
            "propose_properties": place("extend/propose"),
            "property_settings": [
                _setting(each, service, ("name", "label", "help_text")) for each in settings()
            ],
        },
    }


def _draft(service: Service, documentation: str) -> dict[str, Any]:
    return {
        "lang": service.language,
        "dir": "ltr",
        "standardizedScore": True,
        "view": {"url": service.view + "{id}"},
        "featureView": {"url": documentation + "#{id}"},
        "preview": {"width": WIDTH, "height": HEIGHT},
        "suggest": {"entity": True, "property": True, "type": True},
        "extend": {
            "proposeProperties": True,
            "propertySettings": [_setting(each, service, ("id", "name", "helpText")) for each in settings()],
        },
    }


def _setting(setting: Setting, service: Service, keys: tuple[str, str, str]) -> dict[str, Any]:
    """A setting; in the two versions the same things have different keys."""
    identifier, label, help_text = keys
    language = service.language
    shown: dict[str, Any] = {
        identifier: setting.id,
        label: setting.name(language),
        "type": setting.type,
        "default": _default(setting),
        help_text: setting.help(language),
    }
    if setting.choices:
        shown["choices"] = [{"value": each.value, "name": each.name(language)} for each in setting.choices]
    return shown


def _default(setting: Setting) -> str | int | bool:
    if setting.type == "number":
        return int(setting.default)
    return setting.default == "true" if setting.type == "checkbox" else setting.default
