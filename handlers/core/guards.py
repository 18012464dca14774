"""What no classifier is trusted with: an act is held, that is asked for first, where it was perhaps not meant.

Negations, conditions, questions, words of proof, a yes that is a no. Folded text without greeting and closing
(strip.py), French and English together. What a text is for sure, whatever it looks like, is in rulings.py.
"""

from __future__ import annotations

from handlers.core.request import MONEY
from handlers.rules.pattern import any_of, pattern

ACCEPTS = any_of(
    r"""
    (?:je|j'|on|nous|i|i'll|i will|we|we'll|we will|i'd|would|vais|veux|peux|pourra\w*|to|will|can|
    may) ?(?:sign\w*|accept\w*|valid\w*|approuv\w+|approve|agree|go ahead|confirm\w*)|(?:sign\w*|accept\w*|
    valid\w*|approuv\w+|approve\w*|agree|accord|ok|okay|go ahead|go for|partant|bpa|deal|d'accord)|
    (?:happy|pleased|fine) (?:with|to)|(?:nous|me) (?:va|convient|conviennent)|suits (?:us|me)|je prends|
    nous prenons|on prend|i'll take|we'll take
    """
)

CONDITION = any_of(
    r"""
    si(?! possible| besoin| ce n'est)|s'ils?(?! (?:vous|te) plait)|a condition|sous condition|condition que|
    sauf|quand|lorsque|lorsqu'|des que|des qu'|une fois|tant que|sous reserve|pourvu|apres que|a moins|
    uniquement|seulement|if(?! possible)|unless|once|provided|providing|as long as|subject to|
    on (?:the )?condition|conditional\w*|when|until|except|only|as soon as|assuming|after you|apres avoir|
    without|sans (?!reserve|probleme|souci|hesit)|(?:mais|but) (?:sans|without|pas|not|il|vous|you|can|could|
    d'abord|first|avant|before|je voudrais|j'aimerais|with|avec|please|seulement|only|enlev\w+|retir\w+|
    remov\w*|chang\w+)|moyennant|en attendant|avant de|before (?:i|we)|par contre|en revanche|toutefois|
    cependant|neanmoins|however|though|although
    """
)

NEGATION = any_of(
    r"""
    ne|n'\w+|pas|jamais|aucune?|sans|not|never|\w+n't|dont|cant|wont|deja|already|ni|nor|neither|
    plus (?:question|besoin|envie)|hors de question|out of the question|no (?:way|intention)|hesite|refus\w+|
    impossible|no longer|rather not
    """
)

LISTED = any_of(
    r"""
    (?:factures?|bills?|invoices?|devis|quotes?) (?:a (?:payer|regler|signer|valider)|to (?:pay|sign|settle))|
    (?:y a|ya|have|reste)\w* (?:\w+ )*a signer
    """
)

STOPS = any_of(
    r"""
    sign(?:ing)? (?:off|out)|cass(?:er|ez|e)|break|coup(?:er|ez)|annul\w*|cancel\w*|arret\w*|stop\w*|drop|
    code|adresse ip|ip address|i pay for|je (?:paie|paye) pour
    """
)
QUOTED = any_of(
    r"""
    devis\w*|devi|quot\w*|estimat\w*|sign\w*|\w+sign\w*|offres?|offers?|propositions?|proposals?|bpa|
    bon pour \w+|
    chantier|travaux|works?|jobs?|project|projet|formule|dev ?[0-9-]+|d-[0-9-]+|[0-9]{2,}|deal|commande\w*|order
    """
)
AGREED = pattern(
    r"""
    pas de (?:probleme|souci|pb)|(?:sans|aucun) (?:probleme|souci)|pourquoi pas|why not|no (?:problem|worries)|
    not a problem|(?:ne )?(?:me |m')?derange pas|don't mind|n'hesit\w+|pas (?:change d'avis|d'objection)
    """
)
HOW = pattern(
    r"""
    \b(?:comment|how|where|par quel|which way)\b|^(?:et )?ou(?! pas)\b|
    \b(?:c'est|signe|paie|paye|regle|clique|sais|sais pas) ou\b|
    \bou (?:signer|payer|regler|cliquer|aller|dois-je|puis-je|est-ce|faut-il|je|on|se|ca|il faut)\b
    """
)

MAY = pattern(
    r"""
    \b(?:puis-je|je peux|peut-on|pouvons-nous|on peut|est-il possible|possible|can (?:i|we)|could (?:i|we)|
    may (?:i|we)|is it possible)\b[^?]{0,20}\b(?:pay|paye|payer|regler|sign|signer|signe|valider|accepter|
    accept)|\b(?:pou(?:v|rr)\w+|peux|peut|can|could|would|will|may)[ -](?:vous|tu|on|i|you)\b[^?]{0,40}\b(?:lien|link|
    sign\w*|payer|regler|pay)\b
    """
)

ASKS = pattern(
    r"""
    \?|^(?:et )?(?:est-ce|dois|doit|faut|suis-je|ai-je|avez|as-tu|etes|qui|quand|pourquoi|combien|quel|que se|
    qu'est|do i|do we|should|must|have|has|did|does|is|are|am i|who|when|why|what|which|will|would it|shall)\b|
    \b(?:dois-je|faut-il|est-ce qu)
    """
)

PROOF = any_of(
    r"""
    certificats?|certificate\w*|preuves?|proofs?|attestations?|historique|lhistori\w+|histori\w+|releves?|
    statement|evidence|audit|audit trail|empreinte|justificatifs?|recus?|receipts?|dossier de signature|
    last (?:pay\w*|sign\w*)|(?:did|have|has|had) (?:i|we|you|he|she|it|they)(?: \w+)? (?:pa(?:y|id)|sign\w*|
    accept\w*|validate\w*)|who (?:has )?(?:signed|accepted|validated|paid)|qui (?:a|avait) \w+|(?:ai-je|j'ai|
    on a|nous avons|a ete|ont ete)(?: \w+){0,2} (?:paye|regle|signe|accepte|valide)e?s?|when (?:was|were)|hash|
    sha-?256
    """
)

REFUSES = any_of(
    r"""
    refus\w*|declin\w*|reject\w*|rejet\w*|pass|passe(?:rai|rons|r)? (?:mon|notre) tour|give up|dead body|garder|
    keep|sans suite|annul\w*|cancel\w*|renonc\w*|abandonn\w*|laisse(?:z|r)? tomber|trop (?:cher|eleve)\w*|
    too (?:expensive|much|high|dear|long)|ailleurs|elsewhere|autre(?:s|ment)?|another|someone else|differ\w*|
    non|no|nope|withdraw|retir\w+|budget\w*|concurren\w+|competit\w+|moins cher\w*|cheaper|expensive|cher|chere|
    drop|forget|oubli\w+|hors de|out of|ourselves|nous-memes|moi-meme|myself|turn (?:it |this |that )?down|
    turning|beyond|above|regret\w*|malheureusement|unfortunately|back out|pull out|ecart\w+|prefer\w*|stop|
    choisi\w*|chosen|chose|went with|going with|qqn|quelqu'un d'autre|chaud|interess\w*
    """
)

LEAVES = any_of(
    r"""
    de[- ]?co\w*|dis?connect\w*|log\w*[ -]?(?:\w+ )?(?:out|off)|sign\w*[ -]?(?:\w+ )?(?:out|off)|logout|logoff|
    quit\w*|ferm\w+|clos\w+|end|fin|finir|exit|coup\w+|cut|revoke|unlink\w*|deli\w+|dissoci\w+|detach\w*|
    retir\w+|remove|supprim\w*|delete|oubli\w+|forget|sort\w*|leave|leaving|perdu|lost|stolen|vol\w*|enlev\w+|
    bloqu\w+|block|kill|drop|unpair|unbind|termin\w+|expuls\w+|kick|stop|arret\w+|bye|wipe|effac\w+|sign me out|
    deloguer?\w*|delog\w*|partout|everywhere|(?:do not|don't|ne) \w*|plus
    """
)

COMES_BACK = any_of(
    r"""
    back in|revenir|reconn\w+|rouvr\w+|ouvr\w+|tout seul|timed out|log on|(?:log|sign)(?:ged|ging|
    ing)? (?:me )?(?:back )?(?:on|in)|j'ai ete|i was|got|was|why|pourquoi
    """
)

WANTS_NEWS = any_of(
    r"""
    (?:re)?activ\w+|remet\w*|reprend\w*|(?:re)?abonn\w+|subscribe|(?:re-?)?inscri\w+|preven\w+|previen\w+|
    avert\w+|notifi(?:e|ez|er)|notify|tell me|let me know|alert me|remind(?: me)?|opt(?:ing)? in|(?:turn|switch|
    put)\w*(?: \w+){0,3} (?:back )?on|on|resume|again|informe\w*|keep me|agree|autoris\w+|souhaite etre|
    veux etre|recevoir|receive|get|sign me|rappele\w*|want|start|restart|enable|retabli\w*
    """
)

WANTS_NONE = any_of(
    r"""
    stop\w*|arret\w+|plus|coup\w+|desactiv\w*|desabonn\w+|desinscri\w+|unsubscribe|mute|enough|too many|trop|
    no more|not|\w+n't|dont|ne|n'\w+|inutile|retir\w+|remove|kill|(?:turn|switch|shut)\w*(?: \w+){0,3} off|off|
    opt(?:ing)? out|alone|resili\w+|fatigue\w*|object|silenc\w+|pas|sans|without|any|no|never|jamais|enlev\w+|
    disable|quiet|sourdine|marre|ras|assez|end|suspend\w*|pause|supprim\w+|cease|spam|harcel\w+|deranger?\w*|
    tranquille|paix|peace|cancel|annul\w+|basta|delete|refus\w+
    """
)

TROUBLE = any_of(
    r"""
    (?:marche|fonctionne|passe|valide|bon|correct)e? (?:pas|plus)|(?:pas|plus) (?:le )?(?:bon|valide|correct)|
    does(?:n't| not) work|not work\w*|expire\w*|out of date|perime|new one|nouveau|un autre|another|renvo\w+|
    resend|invalid|yesterday\w*|hier|wrong|refuse|rejected|incorrect\w*|faux|too late
    """
)

TWICE = pattern(
    r"""
    pas encore|pas refus|ne refus|n't (?:refuse|decline|reject|cancel)|not (?:refus|declin|reject|cancel)\w*|
    haven't|have not|questions?\b|hesit|reflechi|thinking|think about|not sure|pas sur|(?:undecided|indecis)|
    pas decide|avant de|before
    """
)

KEEP = any_of(
    r"""
    n'(?:arret\w+|annul\w+)|ne (?:coupe|desactive|supprime|stoppe|deconnecte|me deconnecte|me desabonne|
    me desinscri)\w*|(?:don't|do not|dont|never) (?:stop|cancel|unsubscribe|turn|switch|log|sign|remove|disable|
    disconnect)|keep (?:sending|them|me|my)
    """
)

NO_NEED = any_of(
    r"""
    pas besoin|inutile|plus besoin|n'envoye\w*|ne (?:me|m'|nous) ?(?:l')?envoye\w*|n'ai pas demande|
    (?:ne )?veux pas|ne souhaite pas|no need|(?:don't|do not|dont) (?:need|want|send)|did(?:n't| not) ask|
    pas la peine
    """
)


BARGAIN = pattern(  # "knock 200 off and I'll sign"
    r"""
    \b(?:and|et) (?:then |puis |alors |la )?(?:i'll|i will|we'll|we will|je|on|nous) (?:le |l'|la )?(?:sign|
    accept|valid)
    """
)


def conditional(folded: str) -> bool:
    """A yes with a condition: no consent, and only a person can take it up."""
    asked = HOW.search(folded) or PROOF.search(folded)
    return bool(CONDITION.search(folded) and ACCEPTS.search(folded)) and not asked


def held(intent: str, folded: str) -> bool:
    """Is this act to be asked for first, because the words may mean something else?"""
    if intent in MONEY:
        return _money_held(intent, folded)
    if intent == "refuse_quote":
        refused = REFUSES.search(folded) or NEGATION.search(folded)
        return not refused or bool(TWICE.search(folded) or CONDITION.search(folded) or ASKS.search(folded))
    if intent == "notifications_off":
        return bool(KEEP.search(folded)) or bool(WANTS_NEWS.search(folded) and not WANTS_NONE.search(folded))
    if intent == "notifications_on":
        return bool(WANTS_NONE.search(folded)) and not WANTS_NEWS.search(folded)
    if intent == "logout":
        return bool(KEEP.search(folded) or (COMES_BACK.search(folded) and not LEAVES.search(folded)))
    if intent == "yes":
        return bool(CONDITION.search(folded) or NEGATION.search(AGREED.sub(" ", folded)))
    return False


def _money_held(intent: str, folded: str) -> bool:
    if any(words.search(folded) for words in (NEGATION, PROOF, LISTED, STOPS)):
        return True
    if intent == "accept_quote" and (REFUSES.search(folded) or not QUOTED.search(folded)):
        return True
    if HOW.search(folded):
        return False
    return bool(
        CONDITION.search(folded) or BARGAIN.search(folded) or (ASKS.search(folded) and not MAY.search(folded))
    )


def denied(folded: str) -> bool:
    """Consent and a negation: by its words alone, nothing is sure in it."""
    return bool(ACCEPTS.search(folded) and NEGATION.search(folded))


def unwanted(folded: str) -> bool:
    """ "No need to send me the invoice": nothing is to be sent."""
    return bool(NO_NEED.search(folded))
