"""What the DNS says of the mail domain, asked as the mail that comes is: with a bound on time and questions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from ipaddress import ip_address

from bot.doctor import published
from bot.doctor.finding import Finding, good, note, wrong
from bot.doctor.patient import Check, Patient
from bot.settings import Settings
from mail_gateway import dmarc as policies
from mail_gateway import spf_check
from mail_gateway.dkim_sign import BadKey, Signer
from mail_gateway.imap_url import BadMailbox, Mailbox
from mail_gateway.resolver import Lookup, Unanswered
from mail_gateway.server import LOOPBACK, BadRelay, Server

NOBODY = "192.0.2.1"  # RFC 5737: an address that no sender has


class Domain:
    """Raises BadRelay, BadMailbox; what asks raises Unanswered."""

    def __init__(self, settings: Settings, lookup: Lookup, own: frozenset[str]) -> None:
        self.name, self.lookup, self.own = settings.mail_domain.lower().rstrip("."), lookup, own
        relay = Server.at(settings.smtp_relay.get_secret_value()).host
        self.relay = "" if relay in LOOPBACK else relay
        self.key, self.selector = settings.dkim_key, settings.dkim_selector
        url = settings.imap_url.get_secret_value()
        self.mailbox = Mailbox.at(url).host if url else ""

    def texts(self, name: str) -> list[str]:
        return [found.decode("ascii", "replace") for found in self.lookup(name, "TXT")]

    def addresses(self, name: str) -> list[str]:
        if name.replace(".", "").isdigit() or ":" in name:
            return [name]
        return [*self.lookup(name, "A"), *self.lookup(name, "AAAA")] if name else []

    def mx(self) -> dict[str, list[str]]:
        """Best first."""
        names = [host.lower() for _, host in sorted(self.lookup(self.name, "MX"))]
        return {name: self.addresses(name) for name in names}

    def senders(self) -> list[str]:
        """Addresses that mail leaves from: where this machine delivers itself, those it has in the world."""
        if self.relay:
            return self.addresses(self.relay)
        public = [one for one in sorted(self.own) if ip_address(one).is_global]
        if public or self.mailbox:
            return public
        return [address for addresses in self.mx().values() for address in addresses]


def of_domain(look: Callable[[Domain], Iterator[Finding]]) -> Check:
    """A check that asks the DNS."""

    def check(it: Patient) -> list[Finding]:
        if "." not in it.settings.mail_domain:
            return [note("Not looked at: first MAIL_DOMAIN.")]
        try:
            return list(look(Domain(it.settings, it.lookup(), it.own())))
        except (BadRelay, BadMailbox) as error:
            return [note(f"Not looked at: {error}.")]
        except Unanswered as error:
            return [
                wrong(
                    f"The DNS does not answer: {error}.", "See the network and DNS_SERVERS; then once more."
                )
            ]

    return check


def mx(of: Domain) -> Iterator[Finding]:
    if of.mailbox:
        yield from published.mx_of_mailbox(of.name, of.mx(), of.mailbox)
    else:
        yield from published.mx(of.name, of.mx(), of.own)


def spf(of: Domain) -> Iterator[Finding]:
    """Mail leaves with an envelope sender of the mail domain itself."""
    records = [one for one in of.texts(of.name) if one.lower().partition(" ")[0] == "v=spf1"]
    results = {address: _spf(of, address) for address in of.senders()}
    yield from published.spf(of.name, records, published.Senders(of.relay, results, _spf(of, NOBODY)))


def _spf(of: Domain, address: str) -> str:
    found = spf_check.check(address, f"bounce@{of.name}", of.name, of.lookup).result
    if found == "temperror":
        raise Unanswered(f"{of.name} SPF")
    return found


def dkim(of: Domain) -> Iterator[Finding]:
    if of.key is None:
        yield published.dkim_elsewhere(of.name, of.relay)
        return
    try:
        signer = Signer.of(of.key, of.selector, of.name)
    except BadKey as error:
        yield wrong(f"{error}.", "facteur mail dkim-key FILE makes one; then set DKIM_KEY.")
        return
    place = signer.place.rstrip(".")
    yield published.dkim(place, of.texts(place), signer.record)


def dmarc(of: Domain) -> Iterator[Finding]:
    policy = policies.find(of.name, of.lookup)
    places = dict.fromkeys((of.name, policies.organisation(of.name)))
    at = (of.texts(f"_dmarc.{place}") for place in places)
    found = ([one for one in texts if one.lower().startswith("v=dmarc1")] for texts in at)
    records = next(filter(None, found), [])
    yield from published.dmarc(of.name, records, policy, signs=of.key is not None, shared=bool(of.mailbox))


def ptr(of: Domain) -> Iterator[Finding]:
    senders = of.senders()
    if of.relay:
        yield good(f"{of.relay} delivers: its name counts, not one of ours.")
    elif not senders:
        yield note("The public address of this machine is not known.", "Has it a name that leads back to it?")
    else:
        named = "" if of.mailbox else next(iter(of.mx()), "")
        names = {address: _names(of, address) for address in senders}
        yield from published.ptr(names, named or f"mx.{of.name}")


def _names(of: Domain, address: str) -> published.Hosts:
    names = of.lookup(ip_address(address).reverse_pointer, "PTR")
    return {name: of.addresses(name) for name in names[:5]}
