// The page's own words, French then English. What mails and chat say is never here: it comes from the service.
const WORDS = {
  title: ['Facteur, la démonstration', 'Facteur, the demonstration'],
  skip: ['Aller au contenu', 'Skip to content'],
  demo: ['Démonstration', 'Demonstration'],
  client: ['Client', 'Client'],
  safe: ["Tout reste sur cet ordinateur : rien n'est vraiment envoyé.", 'Everything stays on this computer: nothing is really sent.'],
  language: ['Langue', 'Language'],
  interruption: ['Interruption', 'Interruption'],
  stopped: ["La démonstration ne répond plus. Elle reprendra ici dès qu'elle sera relancée.", 'The demonstration no longer answers. It will go on here as soon as it is started again.'],
  views: ['Les trois points de vue', 'The three views'],
  mail: ['E-mail', 'E-mail'],
  company: ['Entreprise', 'Company'],
  news: ['du nouveau', 'something new'],
  by_mail: ['{0}, par e-mail', '{0}, by e-mail'],
  on_telegram: ['{0}, sur Telegram', '{0}, on Telegram'],
  the_company: ["{0}, l'entreprise", '{0}, the company'],
  back: ['Retour à la liste', 'Back to the list'],
  write: ['Écrire', 'Write'],
  letters: ['Messages', 'Messages'],
  reading: ['Message ouvert', 'Open message'],
  unread: ['Non lu', 'Unread'],
  from: ['De {0} <{1}>', 'From {0} <{1}>'],
  sent_to: ['Envoyé à {0}', 'Sent to {0}'],
  to: ['À', 'To'],
  topic: ['Objet', 'Subject'],
  no_subject: ['(sans objet)', '(no subject)'],
  heads: ['À, objet', 'To, subject'],
  new_to: ['Nouveau message à {0}', 'New message to {0}'],
  new_message: ['Nouveau message', 'New message'],
  reply_to: ['Réponse à « {0} »', 'Reply to “{0}”'],
  reply: ['Répondre', 'Reply'],
  ideas: ['Idées de messages', 'Ideas of messages'],
  message: ['Votre message', 'Your message'],
  write_to: ['Écrire à {0}', 'Write to {0}'],
  send: ['Envoyer', 'Send'],
  sent: ['Message remis à {0}.', 'Message handed over to {0}.'],
  ready: ["Message prêt : il reste à l'envoyer.", 'Message ready: it remains to be sent.'],
  refused: ['Le service a refusé ce message : {0}', 'The service refused this message: {0}'],
  no_door: ["Le service ne répond pas. Le message reste ici : essayez de nouveau dans un instant.", 'The service does not answer. The message stays here: try again in a moment.'],
  bad_address: ["Ceci ne ressemble pas à une adresse e-mail. Rien n'a été envoyé.", 'This does not look like an e-mail address. Nothing was sent.'],
  not_done: ["Cela n'a pas été possible. Essayez de nouveau.", 'That was not possible. Try again.'],
  arrived: ['Nouveau message : {0}', 'New message: {0}'],
  none: ['Aucun message pour le moment. Écrivez à {0}, comme à une personne : « mes factures », par exemple.', 'No messages yet. Write to {0} as you would to a person: “my invoices”, for example.'],
  pick: ['Choisissez un message ci-dessus, ou écrivez à {0}.', 'Choose a message above, or write to {0}.'],
  idea_balance: ['combien je dois ?', 'how much do I owe?'],
  idea_invoices: ['mes factures', 'my invoices'],
  idea_quotes: ['mes devis', 'my quotes'],
  idea_help: ['aide', 'help'],
  start: ['Démarrer', 'Start'],
  chat_none: ['Aucune conversation. Démarrer ouvre le lien que {0} donne à ses clients.', 'No conversation yet. Start opens the link that {0} gives to its clients.'],
  my_deleted: ['Votre message a été effacé', 'Your message was removed'],
  deleted: ['Un message a été effacé', 'A message was removed'],
  edited: ['modifié', 'edited'],
  sending: ['envoie un fichier…', 'is sending a file…'],
  attach: ['Joindre un fichier', 'Attach a file'],
  attached: ['Fichiers joints', 'Attached files'],
  drop_file: ['Retirer {0}', 'Remove {0}'],
  too_large: ["Trop lourd, ou vide : 5 fichiers et 7 Mo au plus. Rien n'a été joint.", 'Too large, or empty: 5 files and 7 MB at most. Nothing was attached.'],
  typing: ['écrit…', 'is typing…'],
  automatic: ['Service automatique', 'Automatic service'],
  not_copied: ['Le navigateur ne laisse pas copier. À copier à la main : {0}', 'The browser does not let us copy. To be copied by hand: {0}'],
  copied: ['Copié : {0}', 'Copied: {0}'],
  old_button: ["Ce bouton n'est plus là.", 'This button is gone.'],
  download: ['(téléchargement)', '(download)'],
  picture: ['Image reçue', 'Picture received'],
  new_tab: ['(nouvel onglet)', '(new tab)'],
  sees: ["Ce qu'elle voit, au fur et à mesure", 'What it sees as it happens'],
  desk: ['Horloge, chiffres et journal', 'Clock, figures and log'],
  clock: ['Horloge', 'Clock'],
  paris: ['Horloge (heure de Paris)', 'Clock (Paris time)'],
  moves: ["Avancer l'horloge", 'Move the clock forward'],
  day: ['+ 1 jour', '+ 1 day'],
  days: ['+ 5 jours', '+ 5 days'],
  reset: ['Remettre', 'Reset'],
  now: ['Il est {0}', 'It is now {0}'],
  filter: ['Filtrer le journal', 'Filter the log'],
  all: ['Tout', 'All'],
  post: ['Courrier reçu', 'Mail received'],
  kind_message: ['Messages', 'Messages'],
  kind_payment: ['Paiements', 'Payments'],
  kind_signature: ['Signatures', 'Signatures'],
  kind_event: ['Événements', 'Events'],
  feed_none: ['Rien encore. Ce que font les clients apparaîtra ici.', 'Nothing yet. What clients do will show here.'],
  by_post: ['e-mail', 'e-mail'],
  read_on: ['Lire', 'Read'],
  answer_client: ['Réponse au client', 'Answer to the client'],
  lines: ['{0} lignes', '{0} lines'],
  one_line: ['1 ligne', '1 line'],
};

let english = false;
export const language = () => (english ? 'en' : 'fr');
export function speak(code) {
  english = code === 'en';
  document.documentElement.lang = language();
  document.title = t('title');
  for (const node of document.querySelectorAll('[data-t]')) node.textContent = t(node.dataset.t);
  for (const node of document.querySelectorAll('[data-t-label]')) node.setAttribute('aria-label', t(node.dataset.tLabel));
}

// French keeps a no-break space before : and a narrow one before ; ! ? and inside quotation marks.
const spaced = text => text.replace(/ :/g, '\u00a0:').replace(/ ([;!?])/g, '\u202f$1').replace(/« /g, '«\u00a0').replace(/ »/g, '\u00a0»');
export const pick = pair => pair[english ? 1 : 0];
export function t(key, ...values) {
  const text = english ? WORDS[key][1] : spaced(WORDS[key][0]);
  return text.replace(/\{(\d)\}/g, (_, n) => values[n]);
}

export function size(bytes) {
  const unit = english ? ['B', 'kB', 'MB'] : ['o', 'Ko', 'Mo'];
  const n = bytes < 1000 ? [bytes, 0] : bytes < 1e6 ? [Math.round(bytes / 1000), 1] : [(bytes / 1e6).toFixed(1).replace('.', english ? '.' : ','), 2];
  return `${n[0]}\u00a0${unit[n[1]]}`;
}
