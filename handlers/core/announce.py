"""A new quote or invoice, and a message of the company, as they go to one contact: by e-mail and on Telegram.

What leaves is finished text; who reads it has opened nothing yet. A mail gives the words that ask for a code first; a
button of a chat asks for one too (core/menu.py, `standing`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from handlers.core import papers, phrases, several, wording
from handlers.core.happening import facts
from handlers.core.menu import standing
from handlers.core.talk import known
from handlers.core.turn import Choice, Document, Language, Link, Reply
from handlers.rules import scope
from handlers.rules.notices import Plan, Reach, Ways
from handlers.rules.paper import Annex, Client, Company, Paper

PayLink = Callable[[Reach, Paper], str]  # the URL of a page to pay on; "" where there is none
PLACE = "{lien}"  # where it stands in the texts of invoices
RIGHTS = {"pay": "pay", "accept_quote": "sign", "refuse_quote": "sign"}
WORDS = {"pay": "pay", "accept_quote": "sign", "refuse_quote": "decline"}
HEARD = {
    "invoice": ("balance", "human", "stop"),
    "quote": ("quotes", "human", "stop"),
}  # what a mail may answer


def no_link(reach: Reach, paper: Paper) -> str:
    return ""


def why_not(paper: Paper, today: date) -> str:
    """Why a document is not announced: "no_file", "closed" (not issued, not to be signed any more), "paid"; or ""."""
    if paper.file_sha256 is None:
        return "no_file"
    if paper.kind == "quote":
        return "" if paper.state(today) == "to_sign" else "closed"
    if paper.kind != "invoice" or paper.status != "issued":
        return "closed"
    return "" if paper.left_cents > paper.in_progress_cents else "paid"


@dataclass(frozen=True)
class Announcement:
    """One document for one contact. `pay_link` gives a page to pay on, where the company turned direct links on."""

    company: Company
    ways: Ways
    reach: Reach
    paper: Paper
    annexes: tuple[Annex, ...]
    today: date
    pay_link: PayLink = field(default=no_link, compare=False)

    @property
    def language(self) -> Language:
        return known(self.reach.language) or "fr"

    @property
    def portal(self) -> bool:
        return "portal" in self.company.options

    def fits(self, plan: Plan) -> Plan:
        """Where discretion is asked for, a chat gets what only the portal can open: without it, nothing."""
        hidden = plan.channel == "telegram" and self.reach.discreet and not self.portal and not plan.reason
        return replace(plan, reason="discretion") if hidden else plan

    # --- the two messages

    def email(self) -> Reply:
        url = self._page_to_pay()
        subject = phrases.subject(
            "mail", self.paper.kind, self.language, self.reach.form, numéro=self.paper.number
        )
        reply = self._with_files(Reply(self._mail_text(url), subject=subject, language=self.language))
        reply = reply.offer(*self._choices(paid_by_link=bool(url))).say_next(*self._words())
        if url:
            reply = reply.link(Link(self._pay_label(), url))
        return manners(reply if self.portal else reply.note(document=self.paper.id), self.reach)

    def telegram(self) -> Reply:
        if self.reach.discreet:
            text = self._say("announce", f"private_{self.paper.kind}")
            label = f"{self.paper.kind}s"
            listed = Choice(
                standing(self.company.id, f"list_{label}"), phrases.label(label, self.language), main=True
            )
            return manners(Reply(text, language=self.language).offer(listed), self.reach)
        reply = self._with_files(Reply(self._say("announce", self._key()), language=self.language))
        # Without the portal a chat opens the one document whose link it followed: the mail brings this one's.
        return manners(reply.offer(*self._choices()) if self.portal else reply, self.reach)

    # --- what they are made of

    def _say(self, file: str, key: str, **more: str) -> str:
        paper, language = self.paper, self.language
        said = {
            "numéro": paper.number,
            "total": wording.with_vat(paper.total_cents, language, paper.currency),
            "échéance": wording.day(paper.due_on, language) if paper.due_on else "",
            "date": wording.day(paper.valid_until, language) if paper.valid_until else "",
        }
        filled = facts(self.company, language) | said | more
        return phrases.say(file, key, language, self.reach.form, self.company.phrases, **filled)

    def _key(self, of: str = "") -> str:
        paper = self.paper
        last = paper.due_on if paper.kind == "invoice" else paper.valid_until
        late = paper.kind == "invoice" and last is not None and last < self.today
        when = "short" if last is None else "late" if late else ""
        return "_".join(filter(None, (paper.kind, of, when)))

    def _acts(self) -> tuple[str, ...]:
        """What this contact may do about it, where the company offers it."""
        if scope.OPENED_BY[self.paper.kind] not in self.company.options:
            return ()
        return tuple(act for act in scope.acts(self.paper, self.today) if RIGHTS[act] in self.reach.rights)

    def _page_to_pay(self) -> str:
        wanted = self.ways.direct_links and "pay" in self._acts()
        return self.pay_link(self.reach, self.paper) if wanted else ""

    def _mail_text(self, url: str) -> str:
        """Where no link pays, the line that holds one says which word does."""
        key = self._key("read" if self.paper.kind == "quote" and not self._acts() else "")
        copy = copied(self.ways, self.reach.client, self.paper, self.language, self.reach.form)
        return self._linked(self._say("mail", key, lien=PLACE, copie=copy), url)

    def _linked(self, text: str, url: str) -> str:
        said = (line if url or PLACE not in line else self._pay_by_word() for line in text.split("\n"))
        return "\n".join(filter(None, said)).replace(PLACE, url)

    def _pay_by_word(self) -> str:
        return self._say("mail", "pay_word") if "pay" in self._acts() else ""

    def _choices(self, paid_by_link: bool = False) -> tuple[Choice, ...]:
        """The acts, then a question."""
        acts = [act for act in self._acts() if not (paid_by_link and act == "pay")]
        made = [
            Choice(
                standing(self.company.id, act, (self.paper.id,)),
                self._label(act),
                self._word(act),
                main=nth == 0,
            )
            for nth, act in enumerate(acts)
        ]
        return (*made, Choice(standing(self.company.id, "human"), phrases.label("question", self.language)))

    def _label(self, act: str) -> str:
        return self._pay_label() if act == "pay" else phrases.label(WORDS[act], self.language)

    def _pay_label(self) -> str:
        left = self.paper.left_cents - self.paper.in_progress_cents
        amount = wording.amount(left, self.language, self.paper.currency)
        return phrases.label("pay_amount", self.language, montant=amount)

    def _word(self, act: str) -> str:
        return f"{phrases.word(WORDS[act], self.language)} {self.paper.number}"

    def _words(self) -> tuple[str, ...]:
        plain = HEARD[self.paper.kind] if self.portal else ("human", "stop")
        words = (phrases.word(name, self.language) for name in plain)
        return (*map(self._word, self._acts()), *words)

    def _with_files(self, reply: Reply) -> Reply:
        annexes = tuple(Document(one.name, one.sha256, one.size) for one in self.annexes)
        reply = reply.attach(papers.named(self.paper, self.language))
        if len(annexes) < several.FEW:
            return reply.attach(*annexes)
        name = phrases.say("files", "name_annexes", self.language)
        bundle = several.zipped(f"{name}_{papers.plain(self.paper)}", annexes)
        said = phrases.say(
            "annex", "zipped", self.language, self.reach.form, n=len(annexes), fichier=bundle.name
        )
        return replace(reply, text=f"{reply.text}\n{said}").attach(bundle)


def copied(ways: Ways, client: Client, paper: Paper, language: str, form: str) -> str:
    """The line that says that an invoice here is a copy; "" for consumers and quotes."""
    if paper.kind != "invoice" or client.kind == "B2C":
        return ""
    key = "copy_pa" if ways.approved_platform and client.kind == "B2B_FR" else "copy_plain"
    return phrases.say("document", key, language, form, numéro=paper.number)


def manners(reply: Reply, reach: Reach) -> Reply:
    """How the frame of a mail speaks to them."""
    return reply.note(tu=True) if reach.form == "tu" and reply.language == "fr" else reply


# --- a message of the company


def news(company: Company, reach: Reach, texts: Mapping[str, str], channel: str) -> Reply:
    """`texts`: by language, the first line of each is its subject. Who reads another language gets what there is."""
    wanted = known(reach.language) or "fr"
    language: Language = wanted if wanted in texts else "en" if "en" in texts else "fr"
    subject, _, body = texts[language].strip().partition("\n")
    stop = phrases.say("announce", "news_stop", language, reach.form, company.phrases)
    if channel == "telegram":
        reply = Reply(f"{subject}\n{body.strip()}\n{stop}", language=language).note(heading=company.name)
    else:
        words = [phrases.word(name, language) for name in ("human", "stop")]
        reply = Reply(f"{body.strip()}\n{stop}", subject=subject, language=language).say_next(*words)
        reply = reply.note(letter=True)  # the company's own words: they may greet and close
    return manners(reply, reach)
