"""What a text is for sure, whatever it looks like: the labelling decisions that no classifier may overrule.

An acknowledgement is no consent; what is already paid, delays, moving a visit, ending a contract, other details are
matters for a person; a new quote, somebody else's file, taxes are no matter of this service; a machine gets no answer.
Folded text without greeting and closing (strip.py), French and English together.
"""

from __future__ import annotations

from handlers.core.owed import OWED
from handlers.core.promised import PROMISES
from handlers.core.ruling import Rule, Ruling
from handlers.core.strays import AUTOMATIC, STRAYS
from handlers.rules.pattern import any_of, pattern

SEEN = pattern(
    r"""
    ^(?:(?:ok|okay|oui|yes|d'accord|merci|thanks|super|parfait|tres bien|great|perfect|alright|right|c'est|it's|
    well|all|j'ai|je l'ai|i have|i've|i|we|nous avons|bonjour|hello|le|la|les|the|mon|my|votre|your|facture|
    devis|avoir|document|quote|invoice|code|mail|e-?mail|message|it|this|est|is|a|been|bien|tout|ca|c|lien|
    pdf)[ ,.:]*){0,6}(?:vue?s?|bien (?:note|recue?s?|lu|vu)|note[ed]?|noted|recue?s?|lu|received|seen|saw|
    got (?:it|them|your|the|my)|read it|(?:i've|we've|i have|we have) read|well received|understood|compris|
    bien pris note|pris note|
    pris connaissance)(?:[ ,.:!]*(?:ok|merci|beaucoup|bien|thanks|thank you|very much|a lot|super|parfait|
    cheers|5 sur 5|a vous|
    for|about|pour|le|la|les|the|mon|my|votre|your|de|du|l'envoi|facture|devis|avoir|document|quote|invoice|
    code|mail|e-?mail|message|
    ce matin|hier|today|yesterday|je (?:regarde|vous (?:dis|redis|tiens au courant)|reviens vers vous|
    vais (?:le )?(?:lire|regarder))|i('ll| will) (?:look|have a look|get back|read)(?: (?:at|to|it|into|
    you))*)[ ,.!]*){0,6}$
    """
)

THANKS = pattern(
    r"""
    ^(?:(?:ok|super|parfait|great) ?[,.]? ?)?(?:merci|thanks|thank you|cheers)(?: (?:beaucoup|bien|so much|
    a lot))?
    (?: (?:pour|for|de|du|l'envoi|sending|votre|le|la|les|your|the|facture|devis|quote|invoice|bill|reponse|
    reply|
    answer|document|message|mail|e-?mail)){2,6}$
    """
)

RECEIPT = pattern(
    r"""
    \b(?:pas|jamais|not|never|n't|nothing|rien|no|aucun)\b|\?
    """
)

PAID = pattern(
    r"""
    \b(?:deja (?:ete )?(?:paye|regle|vire|acquitte|solde)e?|deja (?:fait|effectue|envoye) (?:le|un|
    mon) (?:virement|paiement|reglement|cheque)|deja payer|(?:paye|regle)e? (?:deja|depuis|la semaine derniere|
    hier|le mois dernier)|already (?:been )?(?:paid|settled|sent (?:the|a) (?:payment|transfer|cheque))|
    already made (?:the|a) (?:payment|transfer)|(?:j'ai|on a|nous avons|je l'ai|
    nous l'avons) (?:bien |tout )?(?:paye|regle|vire)\b|i(?:'ve| have)? (?:just )?paid\b|
    we(?:'ve| have)? (?:just )?paid\b|(?:paid|settled) (?:it|this|that|them)? ?(?:last|yesterday|weeks|days|two|
    already)|(?:paiement|virement|reglement) (?:a ete |est |deja )+(?:fait|effectue|envoye|parti)|(?:payment|
    transfer) (?:was|has been|already) (?:made|sent|done))\b
    """
)

PAID_BUT = any_of(
    r"""
    factures (?:deja )?(?:pay|regl|acquitt)ees|recu|recue|arrive|arrivee|received?|get (?:it|my)|arrived|
    credited|listes?|list|quelles?|which|combien|how much|historique|history|histori\w+|lhistori\w+|
    what (?:have )?(?:i|we|did)|what i|show|montre\w*|tout ce que|everything|invoices|bills|factures|quand|when|
    dates?|voir|see|recu de|receipt|justificatif|statement|releve|payments?|paiements|preuve|proof|devis|quote|
    rappels|alert\w*|notice|inscri\w*|notif\w*|avis|sign me up|late|en retard|quoi|passee?|confirm\w*|register|
    went through|manque|up to date|a jour|paid up|am i|eu
    """
)

DELAY = pattern(
    r"""
    \b(?:moitie|half|partie|part)\b[^.?!]{0,30}\b(?:reste|rest|solde|puis|then|later|apres|next|moitie|half)\b|
    \b(?:en (?:plusieurs|[0-9]{1,2}|deux|trois|quatre|cinq|six|dix) (?:fois|mensualites|versements|echeances)|
    [0-9] ?x sans frais|echelonn\w+|etal(?:er|ement)|mensualites|facilites? de paiement|installments?|
    instalments?|payment plan|in (?:[0-9]|two|three|four|several) (?:payments|parts|times)|
    delai(?:s)? (?:de paiement|supplementaire|pour payer|pour regler)|(?:un|du|plus de|accorder un|petit) delai|
    more time|prolongation|report(?:er|ez)? (?:l'echeance|le paiement|la date|ma facture|mon paiement)|
    extension|extend|defer|postpone (?:the )?payment|pay (?:it )?(?:later|next|tomorrow|on|at the end|monthly|
    in a|after)|(?:pay|payer|paie|paye|paierai|payerai|regle|regler|reglerai|
    will pay)\b(?: \S+){0,4} (?:plus tard|demain|la semaine prochaine|fin (?:de|du) mois|(?:le )?mois prochain|
    lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|dans (?:[0-9]+|une|deux|trois|quelques) (?:jours?|
    semaines?|mois)|next (?:week|month)|tomorrow|on (?:monday|tuesday|wednesday|thursday|friday|saturday|
    sunday)|end of (?:the )?month|later))\b
    """
)

DELAY_BUT = any_of(
    r"""
    contrats?|contracts?|devis|quote|rdv|rendez-vous|appointment|annonces|sign\w*|recue?s?|received|came in|
    montre\w*|show\w*|listes?|list|always|toujours|(?:j'|jai|ai|a|ont|avons) ?paye|paid|garantie|warranty|
    est[ -]ce que j ?'?ai des|stop
    """
)

# --- a yes with a condition

IF = r"""
    (?:a condition|sous condition|condition que|sous reserve|pourvu|des qu[e']|une fois (?:que|qu'|le|la|les|
    mon)|
    lorsqu[e']|quand (?:j'|je|vous|nous|on|il|elle|le|la|les)|sauf|a moins|seulement|si (?:vous|on|tu|le|la|les|
    l'|c'est|j'|je|nous)|only (?:if|when|with|after)|provided|providing|as long as|subject to|on (?:the )?
    condition|as soon as|once|unless|except|if (?:you|we|they|it|the|our|my|i)|
    when (?:i|you|we|they|it|the|my|our)|after you)
"""

AGREES = r"""
    (?:(?:je|j'|on|nous|i|i'll|i will|we|we'll|we will|i'd|gladly|happily)(?: ?(?:le|la|l'|les|vous|gladly|
    happily))? ?
    (?:sign\w*|accept\w*|valid\w*|approuv\w+|approve)|(?:ok|okay|oui|yes|d'accord|accord|accept\w*|happy with|
    fine with|prends|prendrai|prenons|take)[^.?!]{0,40}\b(?:devis|quote|offre|offer|proposition|proposal|
    estimate))
"""

CONDITIONAL = pattern(
    r"\b<AGREES>\b[^.?!]{0,90}\b<IF>\b|\b<IF>[^.?!]{0,90}\b<AGREES>\b", AGREES=AGREES, IF=IF
)

PAYS_IF = pattern(
    r"""
    \b(?:je|on|nous|i'll|i will|we'll|we will)(?: ?(?:le|la|l'|les|vous|it))? ?(?:pai\w+|paye\w*|regl\w+|pay|
    settle)\b
    [^.?!]{0,60}\b<IF>\b
    """,
    IF=IF,
)

ASKED = pattern(r"\b(?:comment|how|where|pourquoi|why|combien|est-ce|do i|puis-je|can i)\b|\?")

# --- what only a person can change

CHANGE = r"""
    (?:chang\w+|modifi\w+|mettre a jour|met(?:tez|s|tre)? a jour|mise a jour|corrig\w+|correct\w*|actualis\w+|
    rectifi\w+|updat\w+|amend\w*|edit|remplac\w+|replace|fix)
"""

OWN = r"""
    (?:adresses?|e-?mails?|mails?|courriel|telephones?|tel|numeros?(?: de (?:tel\w*|portable|compte|siret|
    tva))?|portable|mobile|coordonnees|nom|raison sociale|iban|rib|address|phone(?: number)?|contact|details|
    name|company name|bank (?:details|account)|siret|numero de tva|vat number)
"""

VISIT = r"""
    (?:rdv|rendez-?vous|visites?|passages?|interventions?|creneaux?|appointments?|visits?|meeting|slot|booking|
    venue)
"""

WHEN = r"""
    (?:lundi|mardi|mercredi|jeudi|vendredi|samedi|matin|midi|apres-midi|soir)
"""

MOVE = r"""
    (?:deplac\w+|decal\w+|report(?:er|ez|e|ons)?|chang\w+|annul\w+|modifi\w+|avanc(?:er|ez)|repouss\w+|boug\w+|
    move|moved|reschedul\w+|postpon\w+|cancel\w*|chang\w*|shift|push(?: back)?|bring forward|delay|rebook)
"""

CONTRACT = r"""
    (?:contrats?|abonnements?|contracts?|subscriptions?|maintenance|agreement|plan|cover|entretien|forfait|
    formule)
"""

END = r"""
    (?:resili\w+|arret\w+|stopp\w+|termin(?:er|e|ez|ons|ate|ating|ation)|mettre (?:fin|un terme)|mettons fin|
    mets fin|
    rompre|annul\w+|cancel\w*|end|ending|stop|denonc\w+|clotur\w+|quit|interrompre|suspendre|suspend)
"""

MOVING = pattern(
    r"""
    \b<MOVE>\b[^.?!]{0,30}\b<VISIT>\b|\b<VISIT>\b[^.?!]{0,30}\b(?:a (?:<MOVE>)|<MOVE>|autre (?:jour|date|heure)|
    another (?:day|date|time)|[^.?!]{0,30}\binstead|pas possible|m'arrange pas|plus tot|plus tard|earlier|
    later)\b|\b(?:autre (?:date|
    creneau|jour)|another (?:date|day|slot|time))\b(?=[^?]*\b(?:rdv|rendez|visit|passage|interven|appoint))|
    \b(?:pas (?:etre )?(?:disponibles?|dispo|presente?s?)|pas etre la|serai pas la|serons pas la|(?:could|
    can) (?:you |he |she |they |the \w+ )?come (?:earlier|later)|(?:won't|can't|cannot|will not) (?:be (?:there|
    available|home|in)|make (?:it|the appointment)))\b|
    \b(?:venir|passer|voir|come|visit|meet)\b[^.?!]{0,40}\b(?:plutot (?:le |un |en )?<WHEN>|au lieu d|
    instead of|
    rather than)|\b(?:be away|serai absente?|serons absente?s|serai en conges|
    serons en conges)\b[^.?!]{0,30}\b<VISIT>\b
    """,
    VISIT=VISIT,
    MOVE=MOVE,
    WHEN=WHEN,
)

ENDING = pattern(
    r"""
    \bresili\w+|\b<END>\b(?: \w+['-]?){0,4} ?\b<CONTRACT>\b|\bfin (?:a|au) (?:mon|notre|ce|l'|
    le)?(?: ?\w+)? ?<CONTRACT>\b|\b(?:not?|n't|ne|plus|pas|don't)\b[^.?!]{0,25}\b(?:renouvel\w+|reconduire|
    reconduction|renew\w*)\b|\b(?:give|giving) notice\b|
    \b(?:get|want) out of (?:my|the|our|your) (?:\w+ )?<CONTRACT>|\b(?:veux|voulons|
    souhait\w+) plus (?:\w+ ){0,3}<CONTRACT>|
    \bwant\b[^.?!]{0,20} <CONTRACT> (?:any ?more|any longer)
    """,
    CONTRACT=CONTRACT,
    END=END,
)

ENDING_BUT = any_of(
    r"""
    notif\w*|rappels?|alertes?|newsletter|e-?mails?|mails?|reminders?|quand|when|date de fin|end date|
    a quelle date|jusqu'a quand|alerts?|messages?|the end of|se termine|termine-t-il|fini[rt]
    """
)

DETAILS = pattern(
    r"""
    \b<CHANGE>\b(?:[ '-]\w+){0,5}[ '-]<OWN>\b|\b<OWN>\b(?: \w+){0,3} (?:a (?:bien )?change|ont change|
    (?:n')?est (?:fausse|faux|incorrecte?|erronee?|obsolete|perimee?|plus (?:la|le) (?:bonne?|meme))|
    has changed|
    have changed|is (?:wrong|outdated|incorrect|out of date|old|no longer))|\b(?:demenag\w+|
    j'ai change d[e'] ?(?:adresse|numero|mail|e-?mail|banque|nom)|we(?:'ve| have)? moved|i(?:'ve| have)? moved|
    we are moving(?! to)|i'm moving(?! to)|new (?:address|number|e-?mail|bank)|nouve(?:lle|au) (?:adresse|
    numero|mail|e-?mail|iban|rib))\b
    """,
    CHANGE=CHANGE,
    OWN=OWN,
)

DETAILS_BUT = any_of(
    r"""
    code|connect\w*|connexion|deconnect\w+|login|log in|langue|language|quelle? (?:adresse|e-?mail|numero)|
    which (?:address|e-?mail|phone)|rdv|rendez-vous|appointment|log out|session|enregistre\w*|recorded|on file|
    saved|prise? en compte|correct (?:phone|e-?mail|address)
    """
)

DISPUTE = pattern(
    r"""
    \b(?:pas moi qui|not me who)\b|\b(?:sign|accept|
    valid)\w*\b(?: \w+){0,4} (?:par erreur|by mistake|sans le vouloir|accidentally)
    """
)

RULES: tuple[Rule, ...] = (
    AUTOMATIC,
    Rule(Ruling("thanks"), SEEN, RECEIPT),
    Rule(Ruling("thanks"), THANKS),
    Rule(Ruling("human", "already_paid"), PAID, PAID_BUT),
    *OWED,
    *PROMISES,
    Rule(Ruling("human", "condition"), CONDITIONAL, ASKED),
    Rule(Ruling("human"), PAYS_IF, ASKED),
    Rule(Ruling("human", "extension"), DELAY, DELAY_BUT),
    Rule(Ruling("human"), MOVING, any_of(r"notif\w*|rappels|reminders")),
    Rule(Ruling("human"), ENDING, ENDING_BUT),
    Rule(Ruling("human"), DETAILS, DETAILS_BUT),
    Rule(Ruling("human"), DISPUTE),
    *STRAYS,
)


def ruling(folded: str) -> Ruling | None:
    """What this text is, where one of the decisions settles it."""
    return next((rule.ruling for rule in RULES if rule.holds(folded)), None)
