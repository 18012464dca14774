"""How people point at what they were just shown: "celle de mars", "not that one", "les autres", "la même en PDF".

Patterns for folded text (rules/text.py) without greeting and closing, French and English together; core/follow.py says
what each of them asks for.
"""

from __future__ import annotations

import re

LEAD = re.compile(
    r"(?:(?:et|and|ok|okay|oui|yes|alors|donc|so|then|plutot|rather|finalement|actually|en fait|mais|but|euh|ah"
    r"|je|nous|on|i|we|veux|voudrais|voulais|voulons|aimerais|souhaite|prends|demandais|want|wanted|need|meant|take"
    r"|would like|'?d like|peux[- ]tu|pouvez[- ]vous|pourriez[- ]vous|pourrais[- ]tu|tu peux|vous pouvez|can you"
    r"|could you|can i have|may i have|(?:(?:re)?envo(?:ie|yez|yer)|donne[rz]?|montre[rz]?|ouvre[rz]?|passe[rz]?"
    r"|mets|mettez)(?:[- ]moi)?|ouvrir|voir|recevoir|avoir|(?:send|give|show|get)(?: me)?|open|see|have"
    r"|c'est|c'etait|it's|it is|it was|what about|how about|qu'en est[- ]il (?:de|pour)|quid (?:de|pour)"
    r"|seulement|uniquement|only|just|juste)\b[ ,:]*|j'(?=ai\b|aimerais))+"
)
TRAIL = re.compile(
    r"(?:[ ,]*\b(?:aussi|egalement|too|as well|also|alors|then|plutot|instead|maintenant|now))+$"
)
PDF = re.compile(r" ?\b(?:en|au format|as an?|in) pdfs?\b| ?\bas pdfs\b|^pdfs?$")
ONE = re.compile(
    r"(?:celui|celle|the one|that one)(?:[- ](?:la|ci))? (?P<rest>(?:d[eu]s?|d'|en|a|au|pour|avec|qui|dat|from|of|for"
    r"|at|with|about|in|dated|that)\b.*)"
)
THOSE = re.compile(
    r"(?:ceux|celles|the ones|those)(?:[- ](?:la|ci))? (?P<rest>(?:d[eu]s?|d'|en|a|au|pour|avec|qui|from|of|for|at"
    r"|with|about|in|dated|that)\b.*)"
)
NUMBER = re.compile(r"(?:la|le|celle|celui|the|number|numero|n°) ?(?P<n>[0-9]{2,8})(?: one)?")
NO = r"(?:non?\b[ ,.]*)?"
NOT_THAT = re.compile(
    rf"{NO}(?:(?:ce n'est|c'est) )?pas (?:celle|celui|la bonne|le bon|ce|cette|cet)"
    r"(?: (?:facture|devis|avoir))?(?:[- ](?:la|ci))?"
    rf"|{NO}(?:it's |it is )?not (?:that|this|the right) (?:one|invoice|quote)|{NO}(?:the )?wrong (?:one|invoice|quote)"
    rf"|{NO}(?:l'autre|the other)(?: facture| devis| one| invoice| quote)?"
)
OTHERS = re.compile(r"(?:toutes |tous |all )?(?:les autres|the others|the other ones|the rest of them)")
FEW = r"(?:deux|trois|quatre|cinq|[2-9])"
ALL = re.compile(
    rf"toute?s?|tous|(?:toutes|tous) (?:les )?{FEW}|les {FEW}|les toutes"
    r"|all|all of (?:them|these|those)|all (?:two|three|four|five)|both|both of them|everything|them all"
)
SAME = re.compile(
    r"(?:la|le|les|l'|the|it|them|that|ca|cela|celle[- ]ci|celui[- ]ci)?(?: ?(?:meme|memes|same)(?: one)?)?"
)
WHICH = re.compile(
    r"lesquel(?:le)?s|laquelle|lequel|which(?: ones?)?(?: are they)?|quelles factures|which invoices"
)
NEXT = re.compile(r"(?:la|le|the) (?:suivante?|next(?: one)?)|cel(?:le|ui) d'apres|the one after(?: that)?")
OLDER = re.compile(
    r"(?:la|le|the) (?:precedente?|previous(?: one)?)|cel(?:le|ui) d'avant|the one before(?: that| it)?"
)
ANNEXES = re.compile(r"(?:(?:les|ses|its|the) )?annexe?s? (?:de|of|to) (?P<rest>.+)")
SMALL_WORDS = """
pour de du des d en a au dans le la les l un une ceux celui celle celles meme pareil idem qui est sont encore chose
for in from of the on that ones one same which is are still thing
"""
SMALL = frozenset(SMALL_WORDS.split())
