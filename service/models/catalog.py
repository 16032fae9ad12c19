"""What the server knows of its models at this moment: the state of every version, and the versions in service."""

from collections.abc import Callable

from service.errors import InvalidArgumentError, NotFoundError, UnavailableError, Violation
from service.models.served_model import ServedModel
from service.types import ModelState, ModelStatus

StatusListener = Callable[[ModelStatus], None]


class Catalog:
    """Belongs to the event loop: not for other threads."""

    def __init__(self) -> None:
        self._statuses: dict[tuple[str, int], ModelStatus] = {}
        self._served: dict[str, dict[int, ServedModel]] = {}
        self._listeners: list[StatusListener] = []
        self._names: list[str] | None = None  # every call that names no model asks

    def subscribe(self, listener: StatusListener) -> None:
        """Have `listener` called with every change of a version's state from now on."""
        self._listeners.append(listener)

    def report(self, status: ModelStatus) -> None:
        """Note the state of a version, and tell the listeners where it is news."""
        if self._statuses.get((status.name, status.version)) == status:
            return
        self._names = None
        self._statuses[status.name, status.version] = status
        for listener in self._listeners:
            listener(status)

    def put(self, model: ServedModel) -> None:
        """Put a version into service."""
        assert model.spec.version is not None
        self._served.setdefault(model.spec.name, {})[model.spec.version] = model
        self.report(ModelStatus(model.spec.name, model.spec.version, ModelState.AVAILABLE))

    def remove(self, name: str, version: int) -> ServedModel:
        """Take a version out of service, and return it."""
        model = self._served[name].pop(version)
        self.report(ModelStatus(name, version, ModelState.UNLOADING))
        return model

    def fail(self, model: ServedModel, reason: str) -> None:
        """Take a version that is broken out of service."""
        name, version = model.spec.name, model.spec.version
        assert version is not None
        del self._served[name][version]
        self.report(ModelStatus(name, version, ModelState.FAILED, reason))

    def forget(self, name: str, version: int) -> None:
        """Strike a version that is not in service off the list, and tell the listeners its last state once more."""
        self._names = None
        status = self._statuses.pop((name, version))
        for listener in self._listeners:
            listener(status)

    def served(self, name: str) -> dict[int, ServedModel]:
        """The versions of a model that are in service, by number."""
        return dict(self._served.get(name, {}))

    def is_served(self, name: str, version: int) -> bool:
        """Whether a version is in service."""
        return version in self._served.get(name, ())

    def in_service(self) -> list[ServedModel]:
        """Every version in service."""
        return [model for versions in self._served.values() for model in versions.values()]

    def states(self, name: str) -> dict[int, ModelState]:
        """The state of every version of a model."""
        return {version: status.state for (model, version), status in self._statuses.items() if model == name}

    def names(self) -> list[str]:
        """The models that have at least one version, in order."""
        if self._names is None:
            self._names = sorted({name for (name, _), _ in self._versions()})
        return list(self._names)

    def remove_all(self) -> list[ServedModel]:
        """Take every version out of service, and return them."""
        models = self.in_service()
        self._served.clear()
        for model in models:
            assert model.spec.version is not None
            self.report(ModelStatus(model.spec.name, model.spec.version, ModelState.UNLOADING))
        return models

    def statuses(self) -> list[ModelStatus]:
        """Every version that is known, by name, then version."""
        return [self._statuses[key] for key in sorted(self._statuses)]

    def status(self, model: ServedModel) -> ModelStatus:
        """The state of a version in service."""
        assert model.spec.version is not None
        return self._statuses[model.spec.name, model.spec.version]

    def find(self, name: str, version: int | None) -> ServedModel:
        """A version in service; the newest one where no version is given.

        Raises:
            NotFoundError: no such model or version.
            UnavailableError: there is one, but it is not in service.
        """
        versions = self._served.get(name, {})
        wanted = max(versions, default=None) if version is None else version
        if wanted in versions:
            return versions[wanted]
        raise self._absence(name, version)

    def only_name(self) -> str:
        """The model that is meant where none is named.

        Raises:
            InvalidArgumentError: there are several.
            UnavailableError: there is none.
        """
        names = self.names()
        if len(names) > 1:
            message = f"name a model: this server has {', '.join(names)}"
            raise InvalidArgumentError(message, (Violation("model.name", message),))
        if not names:
            raise UnavailableError("no model is loaded")
        return names[0]

    def _absence(self, name: str, version: int | None) -> Exception:
        states = {known: status.state for (model, known), status in self._versions() if model == name}
        if not states:
            return NotFoundError(f"no model {name!r}; this server has {', '.join(self.names()) or 'none'}")
        if version is not None and version not in states:
            served = ", ".join(map(str, sorted(self._served.get(name, ())))) or "none"
            return NotFoundError(f"model {name!r} has no version {version}; in service: {served}")
        what = f"model {name!r}" if version is None else f"version {version} of model {name!r}"
        relevant = set(states.values()) if version is None else {states[version]}
        if ModelState.LOADING in relevant:
            return UnavailableError(f"{what} is being loaded")
        if ModelState.UNLOADING in relevant:
            return UnavailableError(f"{what} is being unloaded")
        return UnavailableError(f"{what} is broken and not in service")

    def _versions(self) -> list[tuple[tuple[str, int], ModelStatus]]:
        """What is known, without the directories that are no version at all, which are listed as version 0."""
        return [(key, status) for key, status in self._statuses.items() if key[1] > 0]
