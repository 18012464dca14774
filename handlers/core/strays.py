"""What is no matter of this service: automatic mail, somebody else's file, a new quote, taxes, translations."""

from __future__ import annotations

from handlers.core.ruling import Rule, Ruling
from handlers.rules.pattern import any_of, pattern

MACHINE = pattern(
    r"""
    \b(?:out of (?:the )?office|automat(?:ic|ically|ed) (?:reply|response|generated|message|e-?mail)|
    auto-?(?:reply|
    matic reply|responder)|(?:reponse|message|e-?mail|repondeur|courriel) automatique|absente? d[ue] (?:bureau|
    mon bureau)|actuellement absent|(?:je suis|i am|i'm) (?:actuellement |currently )?(?:absente?|away|
    on (?:annual )?leave|on holiday|en conge\w*)(?: du bureau)?|(?:ne )?consulte pas mes e-?mails|
    not reading (?:my )?e-?mail|
    do not reply|don't reply to this|
    (?:ne )?pas (?:y )?repondre a? ?c\w+|ne pas (?:y )?repondre|ne repondez pas a ce|no-?reply|
    delivery (?:status|failure|has failed)|undeliver\w+|
    undelivered|mail delivery|non (?:remis|distribue)|n'a pas pu etre (?:remis|delivre)|could not be delivered|
    returned mail|mailer-daemon|se desabonner de cette (?:liste|newsletter)|newsletter|view (?:this|
    it) in your browser|voir (?:cette|la) version en ligne|accuse de (?:lecture|reception automatique)|
    limited access to (?:my )?e-?mail|je serai de retour|i will be back on|i'll be back on|back in the office)\b
    """
)

MACHINE_BUT = any_of(
    r"""
    factures?|invoices?|devis|quotes?|recevoir|solde|payer|pay|arret\w+|stop\w*|plus|notif\w*|alert\w*|pause
    """
)

DOCUMENTS = r"""
    (?:factures?|devis|avoirs?|soldes?|comptes?|contrats?|releves?|invoices?|bills?|quotes?|balance|statements?|
    contracts?|account|documents?|dossiers?|rdv|rendez-vous|appointments?|doit|owes?|pay\w*|coordonnees|adresse|
    address|details)
"""

OTHERS = r"""
    (?:voisine?s?|neighbou?rs?|collegues?|colleagues?|(?:beau-|belle-)?(?:freres?|soeurs?|peres?|meres?|
    parents?)|cousine?s?|ami(?:e|s|es)?|copains?|copines?|ex|ex-mari|ex-femme|concurrents?|brothers?|sisters?|
    mother|father|mum|mom|dad|friends?|boss|competitors?|patron|locataires?|tenants?|proprietaires?|landlords?)
"""

ELSE = r"""
    (?:d'|de l'|a |l')?(?:une? )?autres? (?:clients?|societes?|entreprises?|personnes?)|d'autres clients|
    quelqu'un d'autre|quelqu'un d'autres|(?:an)?other (?:clients?|customers?|compan(?:y|ies)|persons?|
    people)(?:'s|')?|someone else(?:'s)?|somebody else(?:'s)?|other people(?:'s)?|vos (?:autres )?clients|
    your (?:other )?(?:clients|customers)|tous (?:les|vos) clients
"""

QUOTE = r"""
    (?:devis|quotes?|estimates?|quotations?|chiffrages?|proposal)
"""

FOREIGN = any_of(
    r"""
    comment (?:on |vous )?(?:dit|dites)|how do (?:you|i) say|translate|tradui\w+|teach|apprendre|learn\w*|lesson
    """
)

OF_OTHERS = pattern(
    r"""
    \b<DOCUMENTS>\b[^.?!]{0,14} (?:(?:de|d'|a|for|of|pour|chez|que) ?)?(?:m(?:on|a|es)|my|son|sa|ses|his|her|
    their|notre|nos|our|the|la|le|un|une|du|des|d'un|d'une) ?(?:<OTHERS>\b|(?:<ELSE>)\b)|\b(?:chez|
    visit\w*) m(?:on|a|es|y) <OTHERS>\b|\bvos (?:autres )?clients\b|\byour (?:other )?(?:clients|customers)\b|
    \b(?:m(?:on|a|es)|my|our|the|le|la|the|notre|nos) (?:<OTHERS>)(?:'s?)?\b[^.?!]{0,15}\b<DOCUMENTS>\b|
    \b(?:<ELSE>) ?[^.?!]{0,12}\b<DOCUMENTS>\b|\b<DOCUMENTS>\b[^.?!]{0,30}, m(?:on|a|y) <OTHERS>$
    """,
    DOCUMENTS=DOCUMENTS,
    OTHERS=OTHERS,
    ELSE=ELSE,
)

OTHERS_BUT = any_of(
    r"""
    mon compte|my account|acces|liens?|link|payer|pay|phone|portable|telephone|refus\w*|cancel|concurrents que
    """
)

NEW_QUOTE = pattern(
    r"""
    \b(?:faire|etablir|realiser|chiffrer|preparer|demander|demande de|obtenir|refaire|rediger|avoir|recevoir|
    faites(?:-| )(?:moi|nous)|commander) (?:moi |nous )?(?:un|une|
    des)? ?(?:nouveau |autre |second |petit )?(?:devis|chiffrage|estimation)\b|\b(?:nouveau|autre|second|
    deuxieme) devis (?:pour|sur|de|concernant|svp|s'il)|\bdevis gratuit|\b(?:besoin|voudrais|souhaite|
    souhaiterais|aimerais|veux|voulons|faudrait|demande) (?:d'|avoir |recevoir |obtenir |demander )?(?:un|
    une) (?:nouveau |autre )?(?:devis|chiffrage|estimation)\b|^(?:un )?(?:nouveau |autre )?devis pour (?:un|une|
    des|refaire|changer|renover|installer|poser|repeindre|remplacer)\b|\b(?:want|need|request|get|make|do|give|
    prepare|provide|ask for|order|send|like|have|draw up|draft)(?: me| us| you for)? (?:a|an|another|your|
    some)? ?(?:new |free |another |fresh |price |second )+<QUOTE>\b|\b(?:want|need|request|get|make|do|give|
    prepare|provide|ask for|order|like|quote)(?: me| us)? (?:a|an|another) <QUOTE>\b(?! (?:copy|number))|
    ^(?:an?|another|new|free|a new|a free) <QUOTE> for (?:a|an|my|the|our|some|re\w+|fixing|painting|installing|
    doing)\b|\bquote me\b|\brequests? for (?:an? )?<QUOTE>|\b(?:how much|combien) (?:would|pour|ca couterait|
    couterait|
    it cost)[^?]{0,30}\b(?:refaire|redo|repaint|repeindre|install\w*|paint|new)\b
    """,
    QUOTE=QUOTE,
)

NEW_QUOTE_BUT = any_of(
    r"""
    previens|prevenez|alerte\w*|notif\w*|alert|tell me when|let me know when|avez-vous (?:etabli|fait)|deviez|
    devait|promis|recu|j'ai un devis|signer|copie|copy|sign|envoye[sr]?|statut|status
    """
)

TAX = pattern(
    r"""
    \b(?:taux|rate|rates|quelle?|what'?s?|how much|combien|comment|how)\b[^?.]{0,30}\b(?:tva|vat|taxes?|impots?|
    sales tax)\b|\b(?:credit|reduction|declaration|declarer|deduire|defiscali\w+|
    niche)s?[^?.]{0,15}\b(?:impots?|fiscale?s?|tva|revenus)\b|\b(?:deductibles?|defiscalis\w+|tax (?:return|
    credit|rate|deduct\w+|relief|bracket|office)|income tax|maprimerenov'?|impot sur|urssaf|liasse fiscale)\b|
    \b(?:recuperer|recuperation de|reclaim|claim back|recover|declare) (?:la |the |my |ma )?(?:tva|vat)\b|
    \b(?:tva|vat) (?:a|at|of|de) [0-9]+ ?%|\b(?:tax|fiscal) (?:question|advice|conseil)
    """
)

TAX_BUT = any_of(
    r"""
    factur\w+|invoices?|bill|devis|quote|numero de tva|n° (?:de )?tva|vat (?:number|no|id)|tva intra\w*|
    tva enregistre\w*|mon (?:numero|compte)|dois|owe|paid|paye|summary
    """
)

STRAYS = (
    Rule(Ruling("out_of_scope"), FOREIGN),
    Rule(Ruling("out_of_scope"), OF_OTHERS, OTHERS_BUT),
    Rule(Ruling("out_of_scope"), NEW_QUOTE, NEW_QUOTE_BUT),
    Rule(Ruling("out_of_scope"), TAX, TAX_BUT),
)
AUTOMATIC = Rule(Ruling("out_of_scope", "machine"), MACHINE, MACHINE_BUT)
