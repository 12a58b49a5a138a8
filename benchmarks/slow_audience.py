"""What slow_server.py has, before anybody changes it."""


def audience(number: str) -> dict[str, str]:
    """One that was there before anybody changed it."""
    return {
        "id": f"p-{number}",
        "audienceId": f"a-{number}",
        "name": f"Loyalty - Gold tier {int(number)}",
        "description": "As it was.",
        "namespace": "agora",
        "originName": "Agora_Collaboration",
        "type": "ExternalSegment",
    }
