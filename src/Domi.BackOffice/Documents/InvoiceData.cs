using Domi.BackOffice.Companies;
using Domi.BackOffice.Invoices;
using Domi.BackOffice.Relations;
using Domi.Platform;
using Domi.Rendering;
using Domi.Standards;

namespace Domi.BackOffice.Documents;

/// <summary>What a document or mail about an invoice can name: the fields, conditions and tables of the catalogues.</summary>
internal static class InvoiceData
{
    /// <summary>Everything a Word template can name.</summary>
    public static TemplateData ForDocument(
        Invoice invoice, Relation relation, OwnCompany company, Texts texts, byte[]? logo, string? creditedNumber, Iban? mandateAccount)
    {
        var language = DocumentLanguages.FromCode(invoice.Language);
        var t = texts.In(invoice.Language);
        var data = new TemplateData { Language = language };
        var isDirectDebit = invoice.AnnouncesCollection;
        var totals = Totals.Of(invoice.Lines);
        var f = data.Fields;

        f["InvoiceNumber"] = invoice.Number ?? t["document.proposal"];
        f["InvoiceDate"] = invoice.Date;
        f["InvoiceExpiryDate"] = invoice.DueOn;
        f["InvoiceDescription"] = invoice.Description;
        f["InvoiceText"] = invoice.Text;
        f["InvoiceType"] = t[invoice.Kind is InvoiceKind.CreditNote ? "document.credit_note" : "document.invoice"];
        f["TotalExclVat"] = totals.ExclVat;
        f["TotalVat"] = totals.Vat;
        f["TotalInclVat"] = totals.InclVat;
        f["AmountDue"] = invoice.State is InvoiceState.Proposal ? totals.InclVat : Math.Max(0m, invoice.Open);
        f["CurrencyCode"] = "EUR";
        f["PaymentReference"] = isDirectDebit ? "" : invoice.PaymentReference;
        f["PaymentUrl"] = invoice.PaymentUrl is { } url ? new LinkValue(url) : null;
        f["Image:PaymentQrCode"] = invoice.PaymentUrl is { } link ? new ImageValue(QrPicture.Png(link)) : null;
        f["Image:EpcQrCode"] = EpcOf(invoice, company);
        f["Image:CompanyLogo"] = logo is null ? null : new ImageValue(logo);
        f["CollectionDate"] = isDirectDebit ? invoice.CollectionOn : null;
        f["MandateReference"] = isDirectDebit ? invoice.MandateReference : null;
        f["CreditorIdentifier"] = isDirectDebit ? invoice.CreditorIdentifier : null;
        f["MandateIban"] = isDirectDebit ? mandateAccount?.Masked : null;
        f["RelationName"] = relation.Name;
        f["RelationContact"] = $"{relation.FirstName} {relation.LastName}".Trim() is { Length: > 0 } contact && contact != relation.Name ? contact : "";
        f["RelationStreet"] = relation.Street;
        f["RelationZip"] = relation.Zip;
        f["RelationCity"] = relation.City;
        f["RelationCountry"] = relation.Country == company.Country ? "" : t.Country(relation.Country);
        f["RelationVatNumber"] = relation.IsVatRegistered ? relation.EnterpriseNumber?.VatNumber : null;
        f["RelationCode"] = relation.CustomerNumber;
        f["RelationNumber"] = relation.CustomerNumber;
        f["PoNumber"] = invoice.PoNumber;
        f["CompanyName"] = company.Name;
        f["CompanyStreet"] = company.Street;
        f["CompanyZip"] = company.Zip;
        f["CompanyCity"] = company.City;
        f["CompanyCountry"] = t.Country(company.Country);
        f["CompanyVatNumber"] = company.EnterpriseNumber?.VatNumber;
        f["CompanyIban"] = company.Account?.ToString();
        f["CompanyBic"] = company.Bic?.Value;
        f["CompanyEmail"] = company.Email;
        f["CompanyPhone"] = company.Phone;
        f["CompanyWebsite"] = company.Website;
        f["CreditedInvoiceNumber"] = creditedNumber;
        f["RelationPaymentMethodDirectDebit"] = isDirectDebit;
        f["RelationPaymentMethodManual"] = !isDirectDebit;
        f["HasPaymentUrl"] = invoice.PaymentUrl is not null;
        f["IsCreditNote"] = invoice.Kind is InvoiceKind.CreditNote;
        f["HasVat"] = totals.Vat != 0;
        f["HasText"] = invoice.Text.Length > 0;

        data.Tables["Line"] = [.. invoice.Lines.OrderBy(l => l.Position).Select(l => new Dictionary<string, object?>
        {
            ["Description"] = l.Description,
            ["Quantity"] = l.Quantity,
            ["UnitPrice"] = l.UnitPrice,
            ["VatRate"] = l.VatRate,
            ["AmountExclVat"] = l.Amount,
            ["AmountInclVat"] = l.Amount + Math.Round(l.Amount * l.VatRate / 100m, 2, MidpointRounding.AwayFromZero),
            ["Code"] = l.Code,
        })];
        data.Tables["Vat"] = [.. totals.Rates.Select(r => new Dictionary<string, object?> { ["Rate"] = r.Rate, ["Base"] = r.Base, ["Amount"] = r.Vat })];
        return data;
    }

    /// <summary>Everything a mail template can name.</summary>
    public static TemplateData ForMail(Invoice invoice, Relation relation, OwnCompany company)
    {
        var data = new TemplateData { Language = DocumentLanguages.FromCode(invoice.Language) };
        var isDirectDebit = invoice.AnnouncesCollection;
        var f = data.Fields;
        f["invoice.number"] = invoice.Number;
        f["invoice.date"] = invoice.Date;
        f["invoice.expiry"] = invoice.DueOn;
        f["invoice.amount"] = invoice.TotalInclVat;
        f["invoice.amount.due"] = invoice.Open;
        f["invoice.currencycode"] = "EUR";
        f["invoice.paymentReference"] = isDirectDebit ? "" : invoice.PaymentReference;
        f["invoice.paymentqrcode"] = invoice.PaymentUrl is { } url ? new ImageValue(QrPicture.Png(url, 6)) : null;
        f["invoice.paymenturl"] = invoice.PaymentUrl is { } link ? new LinkValue(link) : null;
        f["invoice.description"] = invoice.Description;
        f["invoice.collectiondate"] = isDirectDebit ? invoice.CollectionOn : null;
        f["invoice.mandatereference"] = isDirectDebit ? invoice.MandateReference : null;
        f["invoice.creditoridentifier"] = isDirectDebit ? invoice.CreditorIdentifier : null;
        f["invoices.amount.due"] = invoice.Open;
        f["company.name"] = company.Name;
        f["company.iban"] = company.Account?.ToString();
        f["company.bic"] = company.Bic?.Value;
        f["company.signature"] = company.MailSignature ?? company.Name;
        f["company.emailRemark"] = "";
        f["company.email"] = company.ReplyTo ?? company.Email;
        f["company.phone"] = company.Phone;
        f["company.vatnumber"] = company.EnterpriseNumber?.VatNumber;
        f["relation.name"] = relation.Name;
        f["relation.firstname"] = relation.FirstName;
        f["relation.number"] = relation.CustomerNumber;
        f["relation.paymentmethod.direct"] = isDirectDebit;
        f["relation.paymentmethod.manual"] = !isDirectDebit;
        data.Tables["invoices"] = [new Dictionary<string, object?>(f)];
        return data;
    }

    private static ImageValue? EpcOf(Invoice invoice, OwnCompany company)
    {
        if (company.Account is not { } account || invoice.Open <= 0 || invoice.AnnouncesCollection || invoice.Number is null) return null;
        return new(QrPicture.Png(EpcQr.Payload(SepaText.Convert(company.Name, 70, "Creditor"), account, company.Bic, invoice.Open, null, invoice.PaymentReference, null)));
    }
}
