"""What the published records of the mail domain mean, and which to add. Nothing here asks anything."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address

from bot.doctor.finding import Finding, good, note, wrong
from mail_gateway.dmarc import Policy, organisation

Hosts = Mapping[str, Sequence[str]]  # names, each with its addresses
# Hosts of mailboxes whose mail comes in under another organisation's name.
KIN = {"office365.com": "outlook.com", "gmail.com": "google.com"}
SOON = timedelta(days=21)  # what renews certificates does it 30 days before their end


def add(name: str, kind: str, value: str) -> str:
    return f"Add the record: {name}. {kind} {value}"


def mx(domain: str, hosts: Hosts, own: Collection[str]) -> Iterator[Finding]:
    """Of a domain whose mail comes to this machine, whose addresses are `own`."""
    yield from _leads_nowhere(domain, hosts, add(domain, "MX", f"10 mx.{domain}."))
    known = [address for addresses in hosts.values() for address in addresses]
    leads = f"Mail for {domain} goes to {', '.join(hosts)}"
    if any(address in own for address in known):
        yield good(f"{leads}: this machine.")
    elif known:
        yield note(
            f"{leads} ({', '.join(known)}), which is no address of this machine.",
            "Right where a router or a mail server there hands it over to SMTP_LISTEN.",
        )


def mx_of_mailbox(domain: str, hosts: Hosts, mailbox: str) -> Iterator[Finding]:
    """Of a domain whose mail comes into a mailbox at the host `mailbox`."""
    yield from _leads_nowhere(domain, hosts, f"The host of the mailbox says which MX records {domain} needs.")
    place = organisation(mailbox)
    if hosts and {organisation(host) for host in hosts} & {place, KIN.get(place, place)}:
        yield good(f"Mail for {domain} goes to {', '.join(hosts)}, where the mailbox is.")
    elif any(hosts.values()):
        yield note(
            f"Mail for {domain} goes to {', '.join(hosts)}; the mailbox is at {mailbox}.",
            "Does mail that is sent there come into that mailbox?",
        )


def _leads_nowhere(domain: str, hosts: Hosts, do: str) -> Iterator[Finding]:
    if not hosts:
        yield wrong(f"{domain} has no MX record: no mail finds its way.", do)
    for host, addresses in hosts.items():
        if not host:
            yield wrong(f"{domain} says that it takes no mail (MX 0 .).", do)
        elif not addresses:
            yield wrong(f"{host}, an MX of {domain}, has no address.", f"Add the record: {host}. A, or AAAA")


@dataclass(frozen=True)
class Senders:
    """What mail leaves from. `results`: what SPF says of each address; `anybody`: of an address of nobody."""

    relay: str  # "" where this machine itself delivers
    results: Mapping[str, str]
    anybody: str

    @property
    def wanted(self) -> str:
        if self.relay:
            return f"a:{self.relay}"
        return " ".join(f"ip{ip_address(one).version}:{one}" for one in self.results) or "mx"


def spf(domain: str, records: Sequence[str], found: Senders) -> Iterator[Finding]:
    if not records:
        yield wrong(f"{domain} has no SPF record: nothing says who may send for it.", _spf(domain, found))
    elif len(records) > 1:
        do = "Make one of them: its parts one after the other, -all at the end."
        yield wrong(f"{domain} has {len(records)} SPF records: that counts as none.", do)
    elif "permerror" in (found.anybody, *found.results.values()):
        do = "Ten questions to the DNS at most, each name that it includes has a record (RFC 7208)."
        yield wrong(f"The SPF record of {domain} cannot be used: {records[0]}", do)
    else:
        yield from _spf_names(records[0], found)
        yield from _spf_end(domain, found)


def _spf(domain: str, found: Senders) -> str:
    more = f", or in place of a: the include: that {found.relay} asks for" if found.relay else ""
    return add(domain, "TXT", f'"v=spf1 {found.wanted} -all"') + more


def _spf_names(record: str, found: Senders) -> Iterator[Finding]:
    """A relay takes mail at one address, and may send from another: only its provider knows."""
    left_out = [address for address, result in found.results.items() if result != "pass"]
    if found.results and not left_out:
        yield good(f"SPF names {found.relay or 'what sends from here'}: {', '.join(found.results)}.")
    elif not found.relay and left_out:
        do = f"Put {found.wanted} into it, before the last word."
        yield wrong(f"SPF does not name what sends from here, {', '.join(left_out)}: {record}", do)
    elif found.relay and not any(word in record for word in ("include:", "redirect=")):
        do = f"Put into it, before the last word, the include: that {found.relay} asks for, or {found.wanted}"
        yield wrong(f"SPF names neither {found.relay} nor another provider: {record}", do)
    else:
        who = found.relay or "this machine, whose public address is not known"
        yield note(f"Whether SPF names what sends for {who} cannot be told from here: {record}", "Ask it.")


def _spf_end(domain: str, found: Senders) -> Iterator[Finding]:
    if found.anybody == "pass":
        yield wrong(f"The SPF record of {domain} lets anybody send.", "-all at its end, in place of +all")
    elif found.anybody not in ("fail", "softfail"):
        yield note(f"The SPF record of {domain} does not speak against others.", "-all at its end")


def dkim_elsewhere(domain: str, relay: str) -> Finding:
    who = relay or "the mail server of this machine"
    return note(
        f"No key signs here: {who} must sign (DKIM) for {domain}.",
        "Does it? Write to a company from outside: in the source of the answer, Authentication-Results says "
        f"dkim=pass with d={domain}. If not: facteur mail dkim-key FILE",
    )


def dkim(name: str, published: Sequence[str], ours: str) -> Finding:
    """`name`: where the public key stands; `ours`: the record as it should be."""
    if not published:
        return wrong(f"The key that signs is not published at {name}.", add(name, "TXT", _quoted(ours)))
    if len(published) > 1:
        return wrong(f"{len(published)} keys stand at {name}.", f"Leave one: {_quoted(ours)}")
    if _tag(published[0], "p") != _tag(ours, "p"):
        said = f"The key at {name} is not the one that signs: others see every signature as wrong."
        return wrong(said, f"Put there in its place: TXT {_quoted(ours)}")
    if "y" in _tag(published[0], "t").split(":"):
        return note(f"The key at {name} is marked as a test (t=y).", "Take t=y out once all is well.")
    return good(f"The key at {name} is the one that signs.")


def _tag(record: str, name: str) -> str:
    parts = (part.partition("=") for part in record.split(";"))
    return next(("".join(value.split()) for tag, _, value in parts if tag.strip() == name), "")


def _quoted(text: str) -> str:
    """As a zone file has it: strings of at most 255 characters."""
    return " ".join(f'"{text[at : at + 255]}"' for at in range(0, len(text), 255))


def dmarc(
    domain: str, records: Sequence[str], policy: Policy | None, *, signs: bool, shared: bool
) -> Iterator[Finding]:
    """`records`: those that count. `signs`: we, with the domain itself. `shared`: people may write from it too."""
    wish = "none" if shared else "quarantine"
    if not records:
        said = (
            f"{domain} has no DMARC record: others may write in its name, and large providers hold mail back."
        )
        yield wrong(said, add(f"_dmarc.{domain}", "TXT", f'"v=DMARC1; p={wish}"'))
    elif policy is None:
        do = f'One record, at _dmarc.{domain}: TXT "v=DMARC1; p={wish}"'
        yield wrong(f"The DMARC record of {domain} counts as none: {' / '.join(records)}", do)
    elif policy.wish == "none":
        do = "p=quarantine, once SPF and DKIM are right for all who send from there"
        yield note(f"DMARC of {policy.domain} asks for nothing (p=none).", do)
    else:
        yield good(f"DMARC of {policy.domain} asks to {policy.wish} what it does not vouch for.")
    if policy and policy.strict_dkim and not signs:
        do = f"Signatures with d={domain} itself, or adkim=r"
        yield note("DMARC wants signatures of the very domain (adkim=s).", do)


def ptr(names: Mapping[str, Hosts], wanted: str) -> Iterator[Finding]:
    """Of the addresses that mail leaves from: their names, each with the addresses that it leads to."""
    for address, named in names.items():
        back = ip_address(address).reverse_pointer
        do = f"Ask whoever gives you {address} for the record: {back}. PTR {wanted}."
        if not named:
            yield wrong(f"{address} has no name (PTR): many refuse its mail.", do)
        elif not any(address in addresses for addresses in named.values()):
            said = f"{address} is named {', '.join(named)}, which does not lead back to it."
            kind = "AAAA" if ":" in address else "A"
            yield wrong(said, add(next(iter(named)), kind, address))
        else:
            yield good(f"{address} is named {', '.join(named)}, which leads back to it.")


def certificate(
    names: Iterable[str], until: datetime, now: datetime, called: Collection[str]
) -> Iterator[Finding]:
    """Of the door. `called`: what senders know it as."""
    held = list(names)
    days = (until - now) // timedelta(days=1)
    if until <= now:
        yield wrong(f"The certificate of the door ended on {until:%Y-%m-%d}.", "Renew it.")
    elif until - now < SOON:
        do = "What renews it?"
        yield note(f"The certificate of the door is good for {days} more days.", do)
    else:
        yield good(f"The certificate of the door is good for {days} more days.")
    missing = [name for name in called if not any(_covers(one, name) for one in held)]
    if missing:
        do = "Senders that insist on TLS want it (MTA-STS, DANE); others do not mind."
        yield note(f"It is for {', '.join(held) or 'no name'}, not for {', '.join(missing)}.", do)


def _covers(pattern: str, name: str) -> bool:
    pattern, name = pattern.lower(), name.lower()
    return pattern == name or (pattern.startswith("*.") and pattern[2:] == name.partition(".")[2])
