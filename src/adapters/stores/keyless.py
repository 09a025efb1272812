"""Providers without what is secret, as they are saved, and with it again, as they are used.

There is no vault yet: keys and the values of headers stay where they were configured, and are not
written to the store.
"""

from attrs import evolve

from ...domain.catalogue import Provider, ProviderKey


def stripped(provider: Provider, configured: Provider | None) -> tuple[Provider, tuple[str, ...]]:
    """The provider without secrets, and the handles of configured keys that it leaves out. Raises
    ValueError for keys and headers that the configuration does not have."""
    known = configured or Provider(provider.name, "")
    secrets = {key.handle: key.secret for key in known.keys}
    for key in provider.keys:
        if secrets.get(key.handle) != key.secret:
            raise ValueError(
                f"provider/{provider.name}: its key {key.handle} is not configured; keys cannot be"
                " saved here yet: set it in the configuration file or the environment"
            )
    names = {name for name, _ in provider.headers}
    if provider.headers != _headers(known, names):
        raise ValueError(
            f"provider/{provider.name}: its headers are not the configured ones; they cannot be"
            " saved here yet: set them in the configuration file"
        )
    kept = {key.handle for key in provider.keys}
    left_out = tuple(handle for handle in secrets if handle not in kept)
    return _without(provider), left_out


def restored(saved: Provider, left_out: tuple[str, ...], configured: Provider | None) -> Provider:
    """The saved provider with the secrets of the configuration. A key that was configured after
    the save, as by a rotation, joins the others; one that is gone is gone."""
    known = configured or Provider(saved.name, "")
    secrets = {key.handle: key for key in known.keys}
    kept = tuple(_again(key, secrets[key.handle]) for key in saved.keys if key.handle in secrets)
    seen = {key.handle for key in saved.keys} | set(left_out)
    new = tuple(key for key in known.keys if key.handle not in seen)
    return evolve(
        saved, keys=kept + new, headers=_headers(known, {name for name, _ in saved.headers})
    )


def _without(provider: Provider) -> Provider:
    return evolve(
        provider,
        keys=tuple(evolve(key, secret="") for key in provider.keys),
        headers=tuple((name, "") for name, _ in provider.headers),
    )


def _again(saved: ProviderKey, configured: ProviderKey) -> ProviderKey:
    return evolve(configured, weight=saved.weight, label=saved.label)


def _headers(provider: Provider, names: set[str]) -> tuple[tuple[str, str], ...]:
    return tuple(pair for pair in provider.headers if pair[0] in names)
