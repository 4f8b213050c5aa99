namespace Domi.Rendering;

/// <summary>The fixed words of the example templates in one language.</summary>
internal sealed record ExampleWords
{
    public required string Invoice { get; init; }
    public required string CreditNote { get; init; }
    public required string Date { get; init; }
    public required string DueDate { get; init; }
    public required string CustomerNumber { get; init; }
    public required string CustomerVat { get; init; }
    public required string CreditedInvoice { get; init; }
    public required string PoNumber { get; init; }
    public required string Description { get; init; }
    public required string Quantity { get; init; }
    public required string UnitPrice { get; init; }
    public required string Vat { get; init; }
    public required string AmountExclVat { get; init; }
    public required string VatRate { get; init; }
    public required string VatBase { get; init; }
    public required string VatAmount { get; init; }
    public required string TotalExclVat { get; init; }
    public required string TotalVat { get; init; }
    public required string TotalDue { get; init; }
    public required string TotalCredited { get; init; }
    public required string PayBefore { get; init; }
    public required string ScanOrOpen { get; init; }
    public required string WaysToPay { get; init; }
    public required string ByTransfer { get; init; }
    public required string Reference { get; init; }
    public required string Pay { get; init; }
    public required string DirectDebit { get; init; }

    /// <summary>Before the amount, between amount and date, after the date.</summary>
    public required string NothingToDoBefore { get; init; }
    public required string NothingToDoOn { get; init; }
    public required string NothingToDoAfter { get; init; }
    public required string FromAccount { get; init; }
    public required string Mandate { get; init; }
    public required string CreditorIdentifier { get; init; }
    public required string CreditNotice { get; init; }
    public required string VatNumber { get; init; }
    public required string Page { get; init; }
    public required string Of { get; init; }

    public static ExampleWords For(DocumentLanguage language) => language switch
    {
        DocumentLanguage.French => French,
        DocumentLanguage.Dutch => Dutch,
        DocumentLanguage.German => German,
        _ => English,
    };

    private static readonly ExampleWords French = new()
    {
        Invoice = "Facture",
        CreditNote = "Note de crédit",
        Date = "Date",
        DueDate = "Échéance",
        CustomerNumber = "Votre numéro de client",
        CustomerVat = "Votre numéro de TVA",
        CreditedInvoice = "Facture créditée",
        PoNumber = "Votre bon de commande",
        Description = "Description",
        Quantity = "Quantité",
        UnitPrice = "Prix",
        Vat = "TVA",
        AmountExclVat = "Total hors TVA",
        VatRate = "TVA",
        VatBase = "Base",
        VatAmount = "Montant",
        TotalExclVat = "Total hors TVA",
        TotalVat = "TVA",
        TotalDue = "Total à payer",
        TotalCredited = "Total crédité",
        PayBefore = "À payer au plus tard le",
        ScanOrOpen = "Scannez le code ou ouvrez",
        WaysToPay = "Bancontact, Payconiq, carte ou domiciliation.",
        ByTransfer = "Par virement",
        Reference = "Communication",
        Pay = "Payer",
        DirectDebit = "Paiement par domiciliation",
        NothingToDoBefore = "Vous n’avez rien à faire : nous encaisserons ",
        NothingToDoOn = " le ",
        NothingToDoAfter = ".",
        FromAccount = "De votre compte",
        Mandate = "Mandat",
        CreditorIdentifier = "Identifiant du créancier",
        CreditNotice = "Ce montant est déduit de ce que vous nous devez. Si la facture est déjà payée, nous vous le remboursons.",
        VatNumber = "TVA",
        Page = "Page",
        Of = "de",
    };

    private static readonly ExampleWords Dutch = new()
    {
        Invoice = "Factuur",
        CreditNote = "Creditnota",
        Date = "Datum",
        DueDate = "Vervaldatum",
        CustomerNumber = "Uw klantnummer",
        CustomerVat = "Uw btw-nummer",
        CreditedInvoice = "Gecrediteerde factuur",
        PoNumber = "Uw bestelbon",
        Description = "Omschrijving",
        Quantity = "Aantal",
        UnitPrice = "Prijs",
        Vat = "Btw",
        AmountExclVat = "Totaal zonder btw",
        VatRate = "Btw",
        VatBase = "Basis",
        VatAmount = "Bedrag",
        TotalExclVat = "Totaal zonder btw",
        TotalVat = "Btw",
        TotalDue = "Te betalen",
        TotalCredited = "Gecrediteerd totaal",
        PayBefore = "Te betalen uiterlijk op",
        ScanOrOpen = "Scan de code of open",
        WaysToPay = "Bancontact, Payconiq, kaart of domiciliëring.",
        ByTransfer = "Via overschrijving",
        Reference = "Mededeling",
        Pay = "Betaal",
        DirectDebit = "Betaling via domiciliëring",
        NothingToDoBefore = "U hoeft niets te doen: wij innen ",
        NothingToDoOn = " op ",
        NothingToDoAfter = ".",
        FromAccount = "Van uw rekening",
        Mandate = "Mandaat",
        CreditorIdentifier = "Identificatie schuldeiser",
        CreditNotice = "Dit bedrag gaat af van wat u ons verschuldigd bent. Is de factuur al betaald, dan betalen wij het terug.",
        VatNumber = "btw",
        Page = "Pagina",
        Of = "van",
    };

    private static readonly ExampleWords English = new()
    {
        Invoice = "Invoice",
        CreditNote = "Credit note",
        Date = "Date",
        DueDate = "Due date",
        CustomerNumber = "Your customer number",
        CustomerVat = "Your VAT number",
        CreditedInvoice = "Credited invoice",
        PoNumber = "Your purchase order",
        Description = "Description",
        Quantity = "Quantity",
        UnitPrice = "Price",
        Vat = "VAT",
        AmountExclVat = "Total excl. VAT",
        VatRate = "VAT",
        VatBase = "Base",
        VatAmount = "Amount",
        TotalExclVat = "Total excl. VAT",
        TotalVat = "VAT",
        TotalDue = "Total due",
        TotalCredited = "Total credited",
        PayBefore = "Please pay by",
        ScanOrOpen = "Scan the code or open",
        WaysToPay = "Bancontact, Payconiq, card or direct debit.",
        ByTransfer = "By bank transfer",
        Reference = "Reference",
        Pay = "Pay",
        DirectDebit = "Payment by direct debit",
        NothingToDoBefore = "You do not have to do anything: we will collect ",
        NothingToDoOn = " on ",
        NothingToDoAfter = ".",
        FromAccount = "From your account",
        Mandate = "Mandate",
        CreditorIdentifier = "Creditor identifier",
        CreditNotice = "This amount is deducted from what you owe us. If the invoice has been paid already, we will refund it.",
        VatNumber = "VAT",
        Page = "Page",
        Of = "of",
    };

    private static readonly ExampleWords German = new()
    {
        Invoice = "Rechnung",
        CreditNote = "Gutschrift",
        Date = "Datum",
        DueDate = "Fällig am",
        CustomerNumber = "Ihre Kundennummer",
        CustomerVat = "Ihre USt-IdNr.",
        CreditedInvoice = "Gutgeschriebene Rechnung",
        PoNumber = "Ihre Bestellung",
        Description = "Beschreibung",
        Quantity = "Menge",
        UnitPrice = "Preis",
        Vat = "MwSt.",
        AmountExclVat = "Netto",
        VatRate = "MwSt.",
        VatBase = "Grundlage",
        VatAmount = "Betrag",
        TotalExclVat = "Gesamt netto",
        TotalVat = "MwSt.",
        TotalDue = "Zu zahlen",
        TotalCredited = "Gutgeschrieben",
        PayBefore = "Zahlbar bis zum",
        ScanOrOpen = "Scannen Sie den Code oder öffnen Sie",
        WaysToPay = "Bancontact, Payconiq, Karte oder Lastschrift.",
        ByTransfer = "Per Überweisung",
        Reference = "Mitteilung",
        Pay = "Zahlen:",
        DirectDebit = "Zahlung per Lastschrift",
        NothingToDoBefore = "Sie brauchen nichts zu tun: Wir ziehen ",
        NothingToDoOn = " am ",
        NothingToDoAfter = " ein.",
        FromAccount = "Von Ihrem Konto",
        Mandate = "Mandat",
        CreditorIdentifier = "Gläubiger-ID",
        CreditNotice = "Dieser Betrag wird von Ihrer Schuld abgezogen. Ist die Rechnung schon bezahlt, erstatten wir ihn.",
        VatNumber = "USt-IdNr.",
        Page = "Seite",
        Of = "von",
    };
}
