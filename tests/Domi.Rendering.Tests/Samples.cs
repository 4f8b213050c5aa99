namespace Domi.Rendering.Tests;

/// <summary>An invoice of an accountant, filled into the example templates.</summary>
internal static class Samples
{
    public const string PaymentUrl = "https://pay.domi.example/p/Hc4nVt8qKx2mRz7bLw9Y5d";

    public const string Epc = "BCD\n002\n1\nSCT\nKREDBEBB\nSambre & Leie Accountants\nBE45734031872589\nEUR1410.70\n\n\n+++202/6000/41824+++";

    public static TemplateData Data(DocumentLanguage language, bool directDebit = false, int lines = 5)
    {
        var data = new TemplateData { Language = language };
        foreach (var (name, value) in new Dictionary<string, object?>
        {
            ["InvoiceNumber"] = "2026-0418",
            ["InvoiceDate"] = new DateOnly(2026, 3, 10),
            ["InvoiceExpiryDate"] = new DateOnly(2026, 3, 24),
            ["InvoiceDescription"] = "Comptabilité, février 2026",
            ["InvoiceText"] = "Toute contestation se fait par écrit dans les 8 jours.",
            ["TotalExclVat"] = 1180.41m,
            ["TotalVat"] = 230.29m,
            ["TotalInclVat"] = 1410.70m,
            ["AmountDue"] = 1410.70m,
            ["PaymentReference"] = "+++202/6000/41824+++",
            ["PaymentUrl"] = directDebit ? null : new LinkValue(PaymentUrl, PaymentUrl["https://".Length..]),
            ["PaymentQrCode"] = directDebit ? null : new ImageValue(QrPicture.Png(PaymentUrl)),
            ["EpcQrCode"] = new ImageValue(QrPicture.Png(Epc)),
            ["CollectionDate"] = new DateOnly(2026, 3, 31),
            ["MandateReference"] = "SL-1046",
            ["CreditorIdentifier"] = "BE41ZZZ0712845377",
            ["MandateIban"] = "BE•• •••• •••• 5517",
            ["RelationName"] = "Menuiserie Delcourt SRL",
            ["RelationContact"] = "À l’attention de Monsieur Delcourt",
            ["RelationStreet"] = "Chaussée de Wavre 212",
            ["RelationZip"] = "5030",
            ["RelationCity"] = "Gembloux",
            ["RelationCode"] = "DEL01",
            ["RelationVatNumber"] = "BE 0629.441.710",
            ["CompanyName"] = "Sambre & Leie Accountants SRL",
            ["CompanyStreet"] = "Rue des Tanneurs 58",
            ["CompanyZip"] = "1000",
            ["CompanyCity"] = "Bruxelles",
            ["CompanyPhone"] = "02 550 01 99",
            ["CompanyEmail"] = "factures@sambre-leie.example",
            ["CompanyVatNumber"] = "BE 0712.845.377",
            ["CompanyIban"] = "BE45 7340 3187 2589",
            ["CompanyBic"] = "KREDBEBB",
            ["RelationPaymentMethodDirectDebit"] = directDebit,
            ["RelationPaymentMethodManual"] = !directDebit,
            ["HasPaymentUrl"] = !directDebit,
            ["HasVat"] = true,
            ["HasText"] = true,
        })
            data.Fields[name] = value;

        data.Tables["Line"] = [.. Enumerable.Range(1, lines).Select(Line)];
        data.Tables["Vat"] =
        [
            new Dictionary<string, object?> { ["Rate"] = 21m, ["Base"] = 1096.61m, ["Amount"] = 230.29m },
            new Dictionary<string, object?> { ["Rate"] = 0m, ["Base"] = 83.80m, ["Amount"] = 0m },
        ];
        return data;
    }

    /// <summary>A filled example, ready to convert.</summary>
    public static byte[] Invoice(DocumentLanguage language, bool directDebit = false, int lines = 5) =>
        WordTemplate.Fill(ExampleTemplates.Invoice(language), Data(language, directDebit, lines), InvoiceFields.Catalog);

    private static IReadOnlyDictionary<string, object?> Line(int number) => new Dictionary<string, object?>
    {
        ["Description"] = number == 2 ? "Fiches de paie, février 2026,\npremière partie" : $"Tenue de la comptabilité, poste {number}",
        ["Quantity"] = number + 0.50m,
        ["UnitPrice"] = 24.50m,
        ["VatRate"] = 21m,
        ["AmountExclVat"] = decimal.Round(24.50m * (number + 0.5m), 2),
    };
}
