"""An example or two for each command, as its help shows them."""

from collections.abc import Mapping

EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "init": ("aepctl init", "aepctl init loyalty --ci github"),
    "validate": ("aepctl validate", "aepctl validate --github"),
    "fmt": ("aepctl fmt", "aepctl fmt --check", "aepctl fmt --diff audiences/crm.yaml"),
    "plan": (
        "aepctl plan",
        "aepctl --env prod plan --refresh --target 'loyalty-*'",
        "aepctl --env prod plan --out plan.json --write markdown:plan.md",
        "aepctl plan --all-environments --out plans",
    ),
    "apply": (
        "aepctl apply",
        "aepctl --env prod apply plan.json",
        "aepctl --env prod apply --auto-approve --yes-create 600 --lock-timeout 10m",
    ),
    "drift": (
        "aepctl drift",
        "aepctl --env prod drift --unmanaged --ignore 'loyalty-*.description'",
        "aepctl --env prod drift -o json --write html:drift.html",
        "aepctl drift --all-environments",
    ),
    "refresh": (
        "aepctl refresh",
        "aepctl --env prod refresh --target 'loyalty-*' --auto-approve",
    ),
    "destroy": (
        "aepctl --env dev destroy",
        "aepctl --env dev destroy --target 'trial-*' --auto-approve dev",
    ),
    "explain": ("aepctl explain", "aepctl explain state-locked", "aepctl explain 4"),
    "export": (
        "aepctl --env prod export --to audiences --adopt",
        "aepctl export --to audiences --namespace agora --name 'Loyalty*' --dry-run",
    ),
    "import": (
        "aepctl --env prod import loyalty-gold 4a815904-2f0c-4d9e-8f7b-1c2d3e4f5a6b",
        "aepctl import loyalty-gold 4a815904-2f0c-4d9e-8f7b-1c2d3e4f5a6b --accept",
    ),
    "doctor": ("aepctl doctor", "aepctl doctor --all-environments -o json"),
    "list": ("aepctl list", "aepctl list 'loyalty-*' --all-environments"),
    "show": ("aepctl show loyalty-gold", "aepctl --env prod show loyalty-gold --refresh"),
    "state intents": ("aepctl state intents", "aepctl --env prod state intents -o json"),
    "state verify": ("aepctl --env prod state verify",),
    "state resolve": (
        "aepctl state resolve loyalty-gold --adopt 4a815904-2f0c-4d9e-8f7b-1c2d3e4f5a6b",
        "aepctl state resolve loyalty-gold --recreate",
    ),
    "state recover": (
        "aepctl --env prod state recover job.log",
        "aepctl --env prod state recover -",
    ),
    "state list": ("aepctl state list", "aepctl --env prod state list 'loyalty-*' -o json"),
    "state show": ("aepctl state show loyalty-gold",),
    "state mv": (
        "aepctl state mv loyalty-1 loyalty-gold",
        "aepctl state mv --from-file moved.yaml --dry-run",
        "aepctl state mv --from-file - <moved.yaml",
    ),
    "state rm": (
        "aepctl state rm old-tier --dry-run",
        "aepctl --env prod state rm old-tier older-tier",
    ),
    "state init": ("aepctl --env prod state init",),
    "state unlock": ("aepctl --env prod state unlock 6e023469-7b26-4fd5-997a-435f02539238",),
    "state pull": ("aepctl --env prod state pull",),
    "state push": ("aepctl --env prod state push prod.json",),
    "state migrate": ("aepctl --env prod state migrate state/prod.json git:origin",),
    "state history": ("aepctl --env prod state history",),
    "state merge": ("aepctl state merge base.json ours.json theirs.json",),
    "completion": ("aepctl completion bash", "aepctl completion fish"),
    "schema": ("aepctl schema manifest", "aepctl schema plan --plain"),
    "emulator serve": (
        "aepctl emulator serve --db emulator.db",
        "aepctl emulator serve --list-lag 2 --fault drop-after=0.1",
    ),
}
"""By the words of the command."""
