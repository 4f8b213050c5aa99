namespace Domi.Rendering;

/// <summary>The printed labels of the mandate form, by key and language.</summary>
internal static class MandateLabels
{
    // Key, French, Dutch, English, German.
    private static readonly string[][] Rows =
    [
        ["mandateReference", "Référence unique du mandat", "Unieke mandaatreferentie", "Unique mandate reference", "Mandatsreferenz"],
        ["agreementReference", "Référence du contrat", "Referentie van de overeenkomst", "Reference of the agreement", "Referenz der Vereinbarung"],
        ["creditorIdentifier", "Identifiant du créancier", "Identificatie van de schuldeiser", "Creditor identifier", "Gläubiger-Identifikationsnummer"],
        ["creditor", "Créancier", "Schuldeiser", "Creditor", "Zahlungsempfänger"],
        ["debtor", "Débiteur", "Schuldenaar", "Debtor", "Zahlungspflichtiger"],
        ["enterpriseNumber", "Numéro d’entreprise", "Ondernemingsnummer", "Enterprise number", "Unternehmensnummer"],
        ["iban", "IBAN", "IBAN", "IBAN", "IBAN"],
        ["card", "Carte", "Kaart", "Card", "Karte"],
        ["terms", "Conditions", "Voorwaarden", "Terms", "Bedingungen"],
        ["bic", "BIC", "BIC", "BIC", "BIC"],
        ["paymentType", "Type de paiement", "Soort betaling", "Type of payment", "Zahlungsart"],
        ["recurrent", "Encaissements récurrents", "Terugkerende inningen", "Recurrent payments", "Wiederkehrende Zahlungen"],
        ["oneOff", "Encaissement unique", "Eenmalige inning", "One-off payment", "Einmalige Zahlung"],
        ["scheme", "Schéma", "Schema", "Scheme", "Verfahren"],
        ["signedAt", "Lieu", "Plaats", "Place", "Ort"],
        ["signedOn", "Date", "Datum", "Date", "Datum"],
        ["signature", "Signature", "Handtekening", "Signature", "Unterschrift"],
        ["coSignature", "Signature du second signataire", "Handtekening van de tweede ondertekenaar", "Signature of the second signer", "Unterschrift des zweiten Unterzeichners"],
        ["signedByCode", "Signé électroniquement, confirmé par un code", "Elektronisch ondertekend, bevestigd met een code", "Signed electronically, confirmed by a code", "Elektronisch unterzeichnet, durch einen Code bestätigt"],
        ["evidence", "Preuve de la signature", "Bewijs van de handtekening", "Evidence of the signature", "Nachweis der Unterschrift"],
        ["evidenceIntro", "Ces données ont été enregistrées au moment de la signature.", "Deze gegevens zijn bij de ondertekening vastgelegd.", "These data were recorded when the mandate was signed.", "Diese Angaben wurden bei der Unterzeichnung aufgezeichnet."],
        ["textHash", "Empreinte du texte (SHA-256)", "Vingerafdruk van de tekst (SHA-256)", "Fingerprint of the text (SHA-256)", "Fingerabdruck des Textes (SHA-256)"],
        ["textVersion", "Version du texte", "Versie van de tekst", "Version of the text", "Textversion"],
        ["openedAt", "Page ouverte", "Pagina geopend", "Page opened", "Seite geöffnet"],
        ["codeSentAt", "Code envoyé", "Code verzonden", "Code sent", "Code gesendet"],
        ["evidenceSignedAt", "Signé", "Ondertekend", "Signed", "Unterzeichnet"],
        ["address", "Adresse internet", "Internetadres", "Internet address", "Internetadresse"],
        ["agent", "Navigateur", "Browser", "Browser", "Browser"],
        ["proof", "Identité prouvée par", "Identiteit bewezen door", "Identity proven by", "Identität nachgewiesen durch"],
        ["channel", "Code envoyé par", "Code verzonden via", "Code sent by", "Code gesendet per"],
        ["destination", "Destination du code", "Bestemming van de code", "Destination of the code", "Empfänger des Codes"],
        ["attempts", "Tentatives", "Pogingen", "Attempts", "Versuche"],
        ["signer", "Signataire", "Ondertekenaar", "Signer", "Unterzeichner"],
        ["bankForm", "Formulaire pour la banque du débiteur", "Formulier voor de bank van de schuldenaar", "Form for the debtor’s bank", "Formular für die Bank des Zahlungspflichtigen"],
        ["bankFormIntro", "Domiciliation SEPA entre entreprises (B2B). Remettez ce formulaire à votre banque avant le premier encaissement : sans lui, elle refusera les encaissements.", "Europese domiciliëring tussen ondernemingen (SEPA B2B). Bezorg dit formulier aan uw bank vóór de eerste inning: zonder dit formulier weigert de bank de inningen.", "SEPA Business-to-Business direct debit. Hand this form to your bank before the first collection: without it, the bank will refuse the collections.", "SEPA-Firmenlastschrift (B2B). Geben Sie dieses Formular vor dem ersten Einzug bei Ihrer Bank ab: Ohne es wird die Bank die Einzüge ablehnen."],
        ["bankFormRequest", "Nous demandons à la banque d’enregistrer le mandat décrit ci-dessous et d’exécuter les encaissements présentés sous ce mandat.", "Wij vragen de bank het hieronder beschreven mandaat te registreren en de inningen onder dit mandaat uit te voeren.", "We ask the bank to register the mandate described below and to execute the collections presented under it.", "Wir bitten die Bank, das unten beschriebene Mandat zu registrieren und die darunter vorgelegten Einzüge auszuführen."],
        ["bankFormSignature", "Signature du titulaire du compte", "Handtekening van de rekeninghouder", "Account holder’s signature", "Unterschrift des Kontoinhabers"],
        ["page", "Page", "Pagina", "Page", "Seite"],
    ];

    private static readonly Dictionary<DocumentLanguage, IReadOnlyDictionary<string, string>> ByLanguage =
        DocumentLanguages.All.ToDictionary(
            language => language,
            language => (IReadOnlyDictionary<string, string>)Rows.ToDictionary(row => row[0], row => row[1 + (int)language]));

    public static IReadOnlyDictionary<string, string> In(DocumentLanguage language) => ByLanguage[language];
}
