"""The words that somebody looks for: « cherche peinture », "find the kitchen quote", words in quotes.

Works on folded text (rules/text.py), French and English together. What is left of a sentence once its small words are
gone says what it is about.
"""

from __future__ import annotations

import re

MOST = 4  # words; more of them are a sentence, no label
SEEK = re.compile(
    r"\b(?:(?:re)?cherche[rz]?|(?:re)?trouve[rz]?|search|find|look(?:ing)? (?:for|up)|conten(?:ant|ir)|containing"
    r"|avec le mot|with the word)\b(?P<rest>.+)$"
)
QUOTED = re.compile(r"[«“\"] ?([^«»“”\"]{2,60}?) ?[»”\"]")
WORD = re.compile(r"[a-z0-9]{2,}")
SMALL = """
about accept accepte accepter acceptons accord activer actualise adresse adresser affiche afficher affichez again
agree agreed ahead ai aie ailleurs aimerais ainsi alerte alertes alerts alors am amabilite amount an ancien ancienne
anciennes anciens and annee annees annule annuler ans any anyone anything aout appel approuve approved apres april
are around arrete arrive arrives as ask assez at attach attached au aucun aucune august aujourd aupres aura auraient
aurait auriez aussi autant autre autres aux available avais avait avant avec averti avez avoir avons avril ayant
back bas be beaucoup been before being below besoin best between bien bin bon bonjour bonne bonsoir both bref but by
ca call called came can cannot car cause ce ceci cela celle celles celui certain certaine certains ces cest cet
cette ceux chaque cher chere chers chez ci cle client cliente combien come comes comme commencer comment
communication communiquer comporte compt comptable compte concernant concerne concernent condition conditions
confirme confirmer consulter consultez contenant contient contre conversation convient copy coucou could coup
courrier courriers croyais current dans date dates day days de dear debut december decembre decide decided decision
declare deja demande demander depuis dernier derniere dernieres derniers des desactiver desole desolee desormais
dessus detail details deux devait devra did dimanche dire dis dit dites do document documents does doing dois doit
doivent don donc done donne donner donnerons donnez dont double down du due dupli duplicata duree during each
echange echanges efface either elle elles else email emis emise emises emission en encore enfin ensemble ensuite
entre envoi envoie envoyais envoye envoyee envoyees envoyer envoyes envoyez es est et etabli etablie etablies
etablis etablissement etait etant etat ete etes etre eu eur euro euros ever every everything existe expert faire
fais fait faites faudrait faut february fera fevrier fichier fichiers file files fin find fine fois font for format
forward friday from full gave gentil get getting give given go goes going gonna good got grab grand had happy has
have haven having hello help here heure heures hey hi hier his histoire how ht hui ici id if ignore il ils im in
informe informer inside interaction interactions intitule intitulee into is isn issued it its jaccepte jai jamais
january janvier je jeudi joindre jointe jointes jour journal jours juillet juin july june jusqu jusque just jveux
jvoudrais kan ke keep kel keyword kind kindly know la laquelle last late later latest le least left lequel les
lesquelles lesquels let letter lettree lettrees leur leurs lie liee liees lies like list liste lister lists log
looking lookup lors lorsque lost lui lundi ma madame made mademoiselle mai mail mails maintenant mais make mal many
march mardi mars matching may maybe me mean mec meilleur meme memes mention mentioning merci mercredi mes message
messages messieurs met mets mettre might mine moi moins mois moment mon monday monsieur montant month months montre
montrer montrez more mort most mot much must my name named ne need needed needs never new newest next ni niveau no
non none nor nos not nothing notre nous nouveau nouveaux nouvelle nouvelles november novembre now num number numbers
numero numeros obtenir occasion october octobre of off old older oldest on once one ones only ont open or other ou
oui our out ouvert ouverte ouvertes ouverts over overview own paie paiement paies par parle parlent parler parmi
part partir pas passe passee payer pdf per perdre perdu perdue perdus peu peut peuvent peux phone piece ping plait
please plein plus plusieurs plutot point portant possible pour pourquoi pourrais pourrait pourriez pourrions pouvez
pouvoir preciser precisez premier premiere premieres premiers prend prendre pres presque prevenu previous pro
prochain prochaine prochaines prochains propos proposition puis puisque puissiez pull put qu quand quarter que quel
quelle quelles quelqu quelque quelques quels qui quick quickly quoi quot quoted rappel rappeler re really recap
recapitulatif receive received recent recevoir recois recoive reconduction recu recue recues recuperer recus ref
reference references refus regarder regarding regle reglement reglements regler regret related relatif relative
relire remercie remettre renouvele renouvelee renvoie renvoyer renvoyez restant reste retour retrouvee retrouver
revoir rien right sa said sais salut salutations same samedi sans saturday sauf savez savoir saw say se see seen
selon semaine semaines semestre send sending sent september septembre sera serais serait seriez ses settle seul
seule seulement shall she should show showing si signature signer signing since sinon situation so soit soldes some
something somme sommes son sont soon sorry souhaite souhaiterai souhaiterais souhaitons sous status statut statuts
still stp stuff such suis suite sujet sunday sur sure svp ta tacite take tard te tel telecharge telechargement
telecharger telephone tell temps terme tes than thank thanks that the their them then there these they thing things
think this those through thursday till time times titre to today toi told ton too total toujours tous tout toute
toutes tres trimestre trois ttc tu tuesday tva two type types un under une uniquement until up urgence urgent us use
va vais vas vat vendredi verifier vers verser very veuille veuillez veulent veut veux via viens vient vieux view
vite voici voila voir voire vois voit volontiers vont vos votre voudrais voudrait voudrions voulais voulait voulez
vouloir voulons vous voyez vraiment vu waiting wanna want wanted wants was way we wednesday week weeks well were
what whatever when whenever where whether which while who whole whose why will wish with within without word words
work would wouldn year years yes yesterday yet you your yours zip zut
"""
STOP = frozenset(SMALL.split())


def quoted(folded: str) -> str:
    """The words put in quotes, or none."""
    found = QUOTED.search(folded)
    return " ".join(WORD.findall(found[1])) if found else ""


def after_verb(folded: str) -> str | None:
    """What follows the verb of a search, to the end or a comma; None where nothing is looked for."""
    found = SEEK.search(folded)
    return found["rest"].strip(" -.,:?").split(",")[0] if found else None


def content(folded: str, apart: frozenset[str] = frozenset(), least: int = 2) -> str:
    """The words that carry a meaning of their own, `apart` left out; none when there are more than MOST."""
    kept = [
        word
        for word in dict.fromkeys(WORD.findall(folded))
        if len(word) >= least and word not in STOP and word not in apart
    ]
    return " ".join(kept) if len(kept) <= MOST else ""
