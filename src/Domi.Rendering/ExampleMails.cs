namespace Domi.Rendering;

/// <summary>What an example mail is for.</summary>
public enum ExampleMailKind
{
    Invoice,
    Reminder,
    Paid,
}

/// <summary>Subject (plain text) and body (HTML), with the placeholders of <see cref="MailFields"/>.</summary>
public sealed record ExampleMail(string Subject, string Html);

/// <summary>Ready mail texts in four languages. They pass the check without a finding.</summary>
public static class ExampleMails
{
    public static ExampleMail Get(ExampleMailKind kind, DocumentLanguage language) => Texts[(kind, language)];

    private static readonly Dictionary<(ExampleMailKind, DocumentLanguage), ExampleMail> Texts = new()
    {
        [(ExampleMailKind.Invoice, DocumentLanguage.French)] = new("Facture {invoice.number} de {company.name}", """
            <p>Bonjour{IF_relation.firstname} {relation.firstname}{ENDIF_relation.firstname},</p>
            <p>Vous trouverez en annexe la facture <strong>{invoice.number}</strong> du {invoice.date}, d’un montant de <strong>{invoice.amount}</strong>.</p>
            {IF_relation.paymentmethod.direct}
            <p>Vous n’avez rien à faire : ce montant sera encaissé par domiciliation le {invoice.collectiondate} (mandat {invoice.mandatereference}).</p>
            {ENDIF_relation.paymentmethod.direct}
            {IF_relation.paymentmethod.manual}
            <p>Merci de la payer au plus tard le {invoice.expiry}, sur le compte {company.iban} avec la communication {invoice.paymentReference}.</p>
            {IF_invoice.paymenturl}
            <p>Plus simple encore : payez en ligne via {invoice.paymenturl}</p>
            <p>{invoice.paymentqrcode}</p>
            {ENDIF_invoice.paymenturl}
            {ENDIF_relation.paymentmethod.manual}
            {IF_company.emailRemark}
            <p>{company.emailRemark}</p>
            {ENDIF_company.emailRemark}
            <p>Bien à vous,<br>{company.signature}</p>
            """),
        [(ExampleMailKind.Invoice, DocumentLanguage.Dutch)] = new("Factuur {invoice.number} van {company.name}", """
            <p>Dag{IF_relation.firstname} {relation.firstname}{ENDIF_relation.firstname},</p>
            <p>In bijlage vindt u factuur <strong>{invoice.number}</strong> van {invoice.date}, voor een bedrag van <strong>{invoice.amount}</strong>.</p>
            {IF_relation.paymentmethod.direct}
            <p>U hoeft niets te doen: dit bedrag wordt op {invoice.collectiondate} via domiciliëring geïnd (mandaat {invoice.mandatereference}).</p>
            {ENDIF_relation.paymentmethod.direct}
            {IF_relation.paymentmethod.manual}
            <p>Gelieve te betalen uiterlijk op {invoice.expiry}, op rekening {company.iban} met de mededeling {invoice.paymentReference}.</p>
            {IF_invoice.paymenturl}
            <p>Nog eenvoudiger: betaal online via {invoice.paymenturl}</p>
            <p>{invoice.paymentqrcode}</p>
            {ENDIF_invoice.paymenturl}
            {ENDIF_relation.paymentmethod.manual}
            {IF_company.emailRemark}
            <p>{company.emailRemark}</p>
            {ENDIF_company.emailRemark}
            <p>Met vriendelijke groeten,<br>{company.signature}</p>
            """),
        [(ExampleMailKind.Invoice, DocumentLanguage.English)] = new("Invoice {invoice.number} from {company.name}", """
            <p>Hello{IF_relation.firstname} {relation.firstname}{ENDIF_relation.firstname},</p>
            <p>Please find attached invoice <strong>{invoice.number}</strong> of {invoice.date}, for an amount of <strong>{invoice.amount}</strong>.</p>
            {IF_relation.paymentmethod.direct}
            <p>You do not have to do anything: the amount will be collected by direct debit on {invoice.collectiondate} (mandate {invoice.mandatereference}).</p>
            {ENDIF_relation.paymentmethod.direct}
            {IF_relation.paymentmethod.manual}
            <p>Please pay by {invoice.expiry} to account {company.iban}, with the reference {invoice.paymentReference}.</p>
            {IF_invoice.paymenturl}
            <p>Easier still: pay online at {invoice.paymenturl}</p>
            <p>{invoice.paymentqrcode}</p>
            {ENDIF_invoice.paymenturl}
            {ENDIF_relation.paymentmethod.manual}
            {IF_company.emailRemark}
            <p>{company.emailRemark}</p>
            {ENDIF_company.emailRemark}
            <p>Kind regards,<br>{company.signature}</p>
            """),
        [(ExampleMailKind.Invoice, DocumentLanguage.German)] = new("Rechnung {invoice.number} von {company.name}", """
            <p>Guten Tag{IF_relation.firstname} {relation.firstname}{ENDIF_relation.firstname},</p>
            <p>im Anhang finden Sie die Rechnung <strong>{invoice.number}</strong> vom {invoice.date} über <strong>{invoice.amount}</strong>.</p>
            {IF_relation.paymentmethod.direct}
            <p>Sie brauchen nichts zu tun: Der Betrag wird am {invoice.collectiondate} per Lastschrift eingezogen (Mandat {invoice.mandatereference}).</p>
            {ENDIF_relation.paymentmethod.direct}
            {IF_relation.paymentmethod.manual}
            <p>Bitte zahlen Sie bis zum {invoice.expiry} auf das Konto {company.iban} mit der Mitteilung {invoice.paymentReference}.</p>
            {IF_invoice.paymenturl}
            <p>Noch einfacher: Zahlen Sie online über {invoice.paymenturl}</p>
            <p>{invoice.paymentqrcode}</p>
            {ENDIF_invoice.paymenturl}
            {ENDIF_relation.paymentmethod.manual}
            {IF_company.emailRemark}
            <p>{company.emailRemark}</p>
            {ENDIF_company.emailRemark}
            <p>Mit freundlichen Grüßen<br>{company.signature}</p>
            """),
        [(ExampleMailKind.Reminder, DocumentLanguage.French)] = new("Rappel : facture {invoice.number} de {company.name}", """
            <p>Bonjour{IF_relation.firstname} {relation.firstname}{ENDIF_relation.firstname},</p>
            <p>Sauf erreur de notre part, la facture <strong>{invoice.number}</strong>, échue le {invoice.expiry}, n’est pas encore payée. Il reste <strong>{invoice.amount.due}</strong>.</p>
            <p>Merci de payer sur le compte {company.iban} avec la communication {invoice.paymentReference}.</p>
            {IF_invoice.paymenturl}
            <p>Vous pouvez aussi payer tout de suite en ligne : {invoice.paymenturl}</p>
            <p>{invoice.paymentqrcode}</p>
            {ENDIF_invoice.paymenturl}
            <p>Votre paiement vient de partir, ou quelque chose n’est pas clair ? Ne tenez pas compte de ce message, ou appelez-nous au {company.phone}.</p>
            <p>Bien à vous,<br>{company.signature}</p>
            """),
        [(ExampleMailKind.Reminder, DocumentLanguage.Dutch)] = new("Herinnering: factuur {invoice.number} van {company.name}", """
            <p>Dag{IF_relation.firstname} {relation.firstname}{ENDIF_relation.firstname},</p>
            <p>Als wij ons niet vergissen, is factuur <strong>{invoice.number}</strong>, vervallen op {invoice.expiry}, nog niet betaald. Er staat nog <strong>{invoice.amount.due}</strong> open.</p>
            <p>Gelieve te betalen op rekening {company.iban} met de mededeling {invoice.paymentReference}.</p>
            {IF_invoice.paymenturl}
            <p>U kunt ook meteen online betalen: {invoice.paymenturl}</p>
            <p>{invoice.paymentqrcode}</p>
            {ENDIF_invoice.paymenturl}
            <p>Hebt u net betaald, of is er iets niet duidelijk? Dan mag u dit bericht negeren, of ons bellen op {company.phone}.</p>
            <p>Met vriendelijke groeten,<br>{company.signature}</p>
            """),
        [(ExampleMailKind.Reminder, DocumentLanguage.English)] = new("Reminder: invoice {invoice.number} from {company.name}", """
            <p>Hello{IF_relation.firstname} {relation.firstname}{ENDIF_relation.firstname},</p>
            <p>Unless we are mistaken, invoice <strong>{invoice.number}</strong>, due on {invoice.expiry}, has not been paid yet. <strong>{invoice.amount.due}</strong> is still open.</p>
            <p>Please pay to account {company.iban}, with the reference {invoice.paymentReference}.</p>
            {IF_invoice.paymenturl}
            <p>You can also pay online right away: {invoice.paymenturl}</p>
            <p>{invoice.paymentqrcode}</p>
            {ENDIF_invoice.paymenturl}
            <p>Have you just paid, or is something unclear? Then please ignore this message, or call us at {company.phone}.</p>
            <p>Kind regards,<br>{company.signature}</p>
            """),
        [(ExampleMailKind.Reminder, DocumentLanguage.German)] = new("Erinnerung: Rechnung {invoice.number} von {company.name}", """
            <p>Guten Tag{IF_relation.firstname} {relation.firstname}{ENDIF_relation.firstname},</p>
            <p>sofern wir uns nicht irren, ist die am {invoice.expiry} fällige Rechnung <strong>{invoice.number}</strong> noch nicht bezahlt. Offen sind noch <strong>{invoice.amount.due}</strong>.</p>
            <p>Bitte zahlen Sie auf das Konto {company.iban} mit der Mitteilung {invoice.paymentReference}.</p>
            {IF_invoice.paymenturl}
            <p>Sie können auch sofort online zahlen: {invoice.paymenturl}</p>
            <p>{invoice.paymentqrcode}</p>
            {ENDIF_invoice.paymenturl}
            <p>Sie haben gerade gezahlt, oder etwas ist unklar? Dann betrachten Sie diese Nachricht als gegenstandslos, oder rufen Sie uns an: {company.phone}.</p>
            <p>Mit freundlichen Grüßen<br>{company.signature}</p>
            """),
        [(ExampleMailKind.Paid, DocumentLanguage.French)] = new("Merci pour le paiement de la facture {invoice.number}", """
            <p>Bonjour{IF_relation.firstname} {relation.firstname}{ENDIF_relation.firstname},</p>
            <p>Nous avons bien reçu votre paiement de <strong>{invoice.amount}</strong> pour la facture {invoice.number}. Merci !</p>
            <p>Bien à vous,<br>{company.signature}</p>
            """),
        [(ExampleMailKind.Paid, DocumentLanguage.Dutch)] = new("Bedankt voor de betaling van factuur {invoice.number}", """
            <p>Dag{IF_relation.firstname} {relation.firstname}{ENDIF_relation.firstname},</p>
            <p>Wij hebben uw betaling van <strong>{invoice.amount}</strong> voor factuur {invoice.number} goed ontvangen. Bedankt!</p>
            <p>Met vriendelijke groeten,<br>{company.signature}</p>
            """),
        [(ExampleMailKind.Paid, DocumentLanguage.English)] = new("Thank you for paying invoice {invoice.number}", """
            <p>Hello{IF_relation.firstname} {relation.firstname}{ENDIF_relation.firstname},</p>
            <p>We have received your payment of <strong>{invoice.amount}</strong> for invoice {invoice.number}. Thank you!</p>
            <p>Kind regards,<br>{company.signature}</p>
            """),
        [(ExampleMailKind.Paid, DocumentLanguage.German)] = new("Danke für die Zahlung der Rechnung {invoice.number}", """
            <p>Guten Tag{IF_relation.firstname} {relation.firstname}{ENDIF_relation.firstname},</p>
            <p>Ihre Zahlung von <strong>{invoice.amount}</strong> für die Rechnung {invoice.number} ist bei uns eingegangen. Vielen Dank!</p>
            <p>Mit freundlichen Grüßen<br>{company.signature}</p>
            """),
    };
}
