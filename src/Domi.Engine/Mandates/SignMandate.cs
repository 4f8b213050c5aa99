using System.Buffers.Binary;
using Domi.Engine.Creditors;
using Domi.Engine.Customers;
using Domi.Engine.Invoices;
using Domi.Engine.Mails;
using Domi.Engine.PayLinks;
using Domi.Engine.Profiles;
using Domi.Engine.Simulator;
using Domi.Platform;
using Domi.Rendering;
using Domi.Standards;
using Microsoft.EntityFrameworkCore;
using SkiaSharp;

namespace Domi.Engine.Mandates;

/// <summary>What a signer fills in.</summary>
internal sealed record SignerDetails(string Name, string Street, string Zip, string City, string Country, string Email, Iban? Account, bool DeclaresNoConsumer, string? EnterpriseNumber)
{
    /// <summary>What was answered to the profile's questions; null to leave what is known.</summary>
    public string? Attributes { get; init; }

    /// <summary>Who signs beside him.</summary>
    public CoSigner? CoSigner { get; init; }
}

/// <summary>Who signs from where: goes into the evidence.</summary>
internal sealed record SignerSession(string Language, string Address, string Agent, DateTimeOffset ShownAt)
{
    /// <summary>Of the text that a page showed; null where the creditor's own system showed it.</summary>
    public string? TextHash { get; init; }

    /// <summary>The second of two signers.</summary>
    public bool IsCoSigner { get; init; }
}

/// <summary>The steps of the signing page, each one transaction: details, code, signature.</summary>
/// <remarks>A signature by code is a simple electronic signature; limits: 6 digits, 10 minutes, 5 attempts, 5 codes a mandate.</remarks>
internal sealed class SignMandate(EngineDb db, CreditorKeys keys, MandateEvents events, Settlement settlement, DebtorMail mail, BusinessClock clock)
{
    /// <summary>The way to sign that is a code, mailed.</summary>
    public const string ByCode = "email";

    public static readonly TimeSpan CodeLifetime = TimeSpan.FromMinutes(10);

    /// <summary>By the token of the signer's page, or of the second signer's.</summary>
    public Task<Mandate?> FindAsync(string token, CancellationToken ct)
    {
        var hash = Secrets.HashOf(token);
        return db.Mandates.SingleOrDefaultAsync(m => m.PageTokenHash == hash || m.CoSignTokenHash == hash, ct);
    }

    /// <summary>Keeps what the signer filled in. A B2B mandate needs an enterprise number and the declaration.</summary>
    /// <exception cref="RefusedException"><c>b2b_consumer</c>, <c>link_expired</c>, <c>err_invalid_state</c>, <c>creditor_unidentified</c>.</exception>
    public Task FillAsync(Guid mandateId, SignerDetails details, CancellationToken ct) => db.WriteAsync(async token =>
    {
        var mandate = await SignableAsync(mandateId, isCoSigner: false, token);
        var customer = await db.Customers.SingleAsync(c => c.Id == mandate.CustomerId, token);
        if (mandate.Scheme is MandateScheme.B2B)
        {
            if (!details.DeclaresNoConsumer || !EnterpriseNumber.TryParse(details.EnterpriseNumber, out var enterprise))
                throw new RefusedException("b2b_consumer", "A B2B mandate needs an enterprise number and the declaration of not being a consumer.") { Field = "EnterpriseNumber" };
            customer.EnterpriseNumber ??= enterprise.Value; // nothing is signed yet: what the creditor knows stays
            customer.CompanyName ??= details.Name;
        }

        await ReachCustomer.TakeAsync(db, customer, details.Email, token);
        if (details.Account is { } account) await MandateRules.RequireAccountAsync(db, (await CreditorFacts.ReadAsync(db, mandate.CreditorId, token)).ProfileOf(mandate.ProfileId), account, mandate.Id, token);
        mandate.Fill(details.Name, details.Street, details.Zip, details.City, details.Country, details.Account, details.Account is { } known ? BelgianBanks.BicOf(known) : null);
        mandate.NameCoSigner(details.CoSigner);
        if (details.Attributes is not null) mandate.Describe(details.Attributes);
        mandate.Reach(details.Email);
    }, ct);

    /// <summary>The signer opened the page. Looking a second time changes nothing, also at the same moment: mail programs look ahead.</summary>
    public Task OpenAsync(Guid mandateId, CancellationToken ct) => db.WriteOrRepeatAsync(async token =>
    {
        var mandate = await db.Mandates.SingleAsync(m => m.Id == mandateId, token);
        if (mandate.CanBeSigned(clock.GetUtcNow())) mandate.Open(clock.GetUtcNow());
    }, ct);

    /// <summary>Mails a new code; the former one no longer holds.</summary>
    public Task SendCodeAsync(Guid mandateId, string email, string language, bool isCoSigner, CancellationToken ct) => db.WriteAsync(async token =>
    {
        var mandate = await SignableAsync(mandateId, isCoSigner, token);
        var now = clock.GetUtcNow();
        var since = now.AddHours(-1);
        var about = $"mandate:{mandate.Id}";
        if (await db.Mails.CountAsync(m => m.Purpose == "code" && m.To == email && m.CreatedAt > since, token) >= 10)
            throw new RefusedException("code_too_many", $"Ten codes went to this address within the hour ({about}).");

        var code = Secrets.NewDigits(6);
        mandate.ExpectCode(HashOfCode(mandate, code), email, now + CodeLifetime);
        mail.Code(db, (await CreditorFacts.ReadAsync(db, mandate.CreditorId, token)).Creditor, mandate, code, email, language, now);
    }, ct);

    /// <summary>Signs by the code that was mailed.</summary>
    /// <exception cref="RefusedException"><c>code_wrong</c>: the attempt is counted, and after five the code is dead.</exception>
    public async Task<Mandate> SignByCodeAsync(Guid mandateId, string code, SignerSession session, string? place, CancellationToken ct)
    {
        var digits = new string([.. code.Where(char.IsAsciiDigit)]);
        var holds = await db.WriteAsync(async token =>
        {
            var mandate = await SignableAsync(mandateId, session.IsCoSigner, token);
            return mandate.TryCode(HashOfCode(mandate, digits), clock.GetUtcNow());
        }, ct);
        if (!holds) throw new RefusedException("code_wrong", "The code does not hold.") { Field = "Code" };

        return await SignAsync(mandateId, ByCode, null, session, place, ct);
    }

    /// <summary>Signs by a drawing, a PNG of at most 150 kB.</summary>
    public Task<Mandate> SignByDrawingAsync(Guid mandateId, byte[] png, SignerSession session, string? place, CancellationToken ct)
    {
        RequireDrawing(png);
        return SignAsync(mandateId, "digisign", png, session, place, ct);
    }

    /// <exception cref="RefusedException"><c>drawing_unreadable</c>.</exception>
    public static void RequireDrawing(byte[] png)
    {
        if (!IsDrawing(png)) throw new RefusedException("drawing_unreadable", "The drawing is no PNG of at most 150 kB.") { Field = "Drawing" };
    }

    /// <summary>Signs by proof of somebody else: an identity provider, a text message, the bank of a first payment.</summary>
    /// <param name="isPaid">What begins with the signature is paid by it.</param>
    /// <param name="provenName">The name that was proved.</param>
    public Task<Mandate> SignByProofAsync(Guid mandateId, string method, SignerSession session, string? place, CancellationToken ct, bool isPaid = false, string? provenName = null) =>
        SignAsync(mandateId, method, null, session, place, ct, isPaid, provenName);

    // Signature, header first, end last, and no more pixels than a screen has: a small file can unfold to gigabytes.
    private static bool IsDrawing(byte[] png)
    {
        if (png.Length is < 100 or > 150_000 || !png.AsSpan(0, 8).SequenceEqual((ReadOnlySpan<byte>)[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return false;
        if (!png.AsSpan(12, 4).SequenceEqual("IHDR"u8) || !png.AsSpan()[^8..^4].SequenceEqual("IEND"u8)) return false;

        var (width, height) = (BinaryPrimitives.ReadUInt32BigEndian(png.AsSpan(16)), BinaryPrimitives.ReadUInt32BigEndian(png.AsSpan(20)));
        return width is >= 1 and <= 4_096 && height is >= 1 and <= 4_096 && Unfolds(png, (int)width, (int)height);
    }

    // All of it, not as far as it goes: half a signature is none.
    private static bool Unfolds(byte[] png, int width, int height)
    {
        using var data = SKData.CreateCopy(png);
        using var codec = SKCodec.Create(data);
        if (codec is null) return false;

        using var picture = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Premul));
        return codec.GetPixels(picture.Info, picture.GetPixels()) is SKCodecResult.Success;
    }

    private async Task<Mandate> SignAsync(Guid mandateId, string method, byte[]? drawing, SignerSession session, string? place, CancellationToken ct, bool isPaid = false, string? provenName = null)
    {
        // The document is drawn before the transaction: it takes a while, and nothing of it can change any more but the mandate itself.
        var draft = await db.Mandates.AsNoTracking().SingleOrDefaultAsync(m => m.Id == mandateId, ct) ?? throw Withdrawn();
        var facts = await CreditorFacts.ReadAsync(db, draft.CreditorId, ct);
        var (creditor, profile) = (facts.Creditor, facts.ProfileOf(draft.ProfileId));
        var now = clock.GetUtcNow();
        var isByCode = method == ByCode;
        var t = new Texts(typeof(SignMandate).Assembly).In(session.Language);
        var signed = AgreementText.Whole(draft, profile, creditor, t);
        var hashOfText = Secrets.HashOf(signed);
        AgreementText.RequireShown(draft, hashOfText, session);
        if (session.IsCoSigner && !AgreementText.IsAsFirstSigned(draft, profile, creditor, t)) throw new RefusedException("changed_meanwhile", $"What the first signed of {draft.Reference} is no longer what would be signed.");
        if (draft.CoSigner is null && profile.CoSigning is CoSigning.Required) throw new RefusedException("changed_meanwhile", $"{draft.Reference} needs a second signer by now.");
        var isFirstOfTwo = draft.CoSigner is not null && !session.IsCoSigner;
        var evidence = new SignatureEvidence(signed, hashOfText, SepaMandateText.Version, session.Language,
            method, isByCode ? draft.CodeDestination : null, session.ShownAt, now, session.Address, session.Agent.Length > 300 ? session.Agent[..300] : session.Agent, isByCode ? draft.CodeAttempts + 1 : 0)
        {
            Terms = AgreementText.TermsOf(profile, creditor, t.Language),
            ProvenName = provenName,
            Email = isFirstOfTwo ? draft.CodeDestination ?? await db.Customers.Where(c => c.Id == draft.CustomerId).Select(c => c.Email).SingleOrDefaultAsync(ct) : null,
            DrawingHash = isFirstOfTwo && drawing is not null ? Blob.HashOf(drawing) : null,
        };
        MandateDocuments.Signed own = new(evidence, drawing);
        var pdf = session.IsCoSigner && draft.Evidence is { } before
            ? MandateDocuments.Draw(draft, creditor, profile, new(before, before.DrawingHash is { } drawn ? await Blob.ReadAsync(db, drawn, ct) : null), own, draft.SignedPlace, now)
            : MandateDocuments.Draw(draft, creditor, profile, own, null, place, now);

        // Beaten by another post of the same form, it looks again, and finds the mandate signed.
        return await db.WriteOrRepeatAsync(async token =>
        {
            var mandate = await SignableAsync(mandateId, session.IsCoSigner, token);
            if (mandate.Version != draft.Version) throw new RefusedException("changed_meanwhile", "The mandate was changed while it was signed.");
            // Days may lie between the two signatures: the account may be blocked by now, or have a mandate.
            if (session.IsCoSigner && mandate.DebtorAccount is { } account) await MandateRules.RequireAccountAsync(db, profile, account, mandate.Id, token);
            var hash = await Blob.KeepAsync(db, pdf, "application/pdf", now, token);
            var customer = await db.Customers.SingleAsync(c => c.Id == mandate.CustomerId, token);
            if (isFirstOfTwo)
            {
                if (drawing is not null) await Blob.KeepAsync(db, drawing, "image/png", now, token);
                var days = MandateRules.ReminderDays(profile);
                mandate.SignFirst(evidence, method, place, hash, Secrets.HashOf(keys.CoSignToken(creditor, mandate.Id, mandate.CoSignerEmail!)), days.Count > 0 ? now.AddDays(days[0]) : null);
                await OnSignature.BeginAsync(db, mandate, isPaid, clock, token);
                await mail.CoSignAsync(db, mandate, customer, profile, now, token);
                return mandate;
            }

            if (session.IsCoSigner) mandate.CoSign(evidence, hash, now, now + Outcomes.Interval);
            else mandate.Sign(evidence, method, place, hash, now, now + Outcomes.Interval);
            await FollowAsync(mandate, now, token, isPaid);
            await mail.MandateSignedAsync(db, mandate, customer, now, token);
            return mandate;
        }, ct);
    }

    /// <summary>
    /// What follows from a signature, on the page or on paper, inside its transaction: other invitations of the same customer and profile
    /// have had their day, the feed tells of it, and the invoice from whose page it was begun is collected.
    /// </summary>
    public async Task FollowAsync(Mandate mandate, DateTimeOffset now, CancellationToken token, bool isPaid = false)
    {
        var keeps = (await CreditorFacts.ReadAsync(db, mandate.CreditorId, token)).ProfileOf(mandate.ProfileId).KeepsOlderInvitations;
        var others = await db.Mandates.Where(m => m.CustomerId == mandate.CustomerId && m.ProfileId == mandate.ProfileId && m.State == MandateState.Prepared && m.Id != mandate.Id).ToListAsync(token);
        foreach (var other in others.Where(_ => !keeps))
        {
            await events.RemovedAsync(other, "removed", token);
            db.Mandates.Remove(other);
        }

        await events.SignedAsync(mandate, token);
        await BeginAsync(db, mandate, settlement, clock, token, isPaid);
    }

    /// <summary>What begins with a mandate that is collectable from now on: its invoice, its first payment, its subscription.</summary>
    public static async Task BeginAsync(EngineDb db, Mandate mandate, Settlement settlement, BusinessClock clock, CancellationToken ct, bool isPaid = false)
    {
        await CollectItsInvoiceAsync(db, mandate, settlement, clock, ct);
        await OnSignature.BeginAsync(db, mandate, isPaid, clock, ct);
    }

    /// <summary>The invoice from whose page a mandate was signed is collected on it from now on, on the day that was chosen with it.</summary>
    private static async Task CollectItsInvoiceAsync(EngineDb db, Mandate mandate, Settlement settlement, BusinessClock clock, CancellationToken ct)
    {
        if (!mandate.IsCollectable || mandate.InvoiceId is not { } invoiceId) return;
        if (await db.Invoices.SingleOrDefaultAsync(i => i.Id == invoiceId, ct) is not { IsPayable: true } invoice) return;

        var profile = await db.Profiles.AsNoTracking().SingleAsync(p => p.Id == mandate.ProfileId, ct);
        invoice.Schedule(OnSignature.Of(mandate)?.InvoiceOn, clock.GetUtcNow());
        await Booking.CollectAsync(db, invoice, profile, mandate, clock, ct);
        await settlement.ChangedAsync(invoice, ct);
    }

    private async Task<Mandate> SignableAsync(Guid id, bool isCoSigner, CancellationToken ct)
    {
        var mandate = await db.Mandates.SingleOrDefaultAsync(m => m.Id == id, ct) ?? throw Withdrawn();
        if (mandate.State is MandateState.Prepared && mandate.LinkExpiresAt <= clock.GetUtcNow()) throw new RefusedException("link_expired", $"The link of {mandate.Reference} has expired.");
        if (!mandate.CanBeSigned(clock.GetUtcNow(), isCoSigner)) throw new RefusedException("err_invalid_state", $"Mandate {mandate.Reference} is {mandate.State}.", ("reference", mandate.Reference));
        if ((await CreditorFacts.ReadAsync(db, mandate.CreditorId, ct)).Creditor is { CreditorIdentifier: "" } creditor && mandate.Kind is AgreementKind.DirectDebit)
            throw new RefusedException("creditor_unidentified", $"{creditor.Name} has no creditor identifier: nothing can be signed.", ("creditor", creditor.Name));
        return mandate;
    }

    /// <summary>While somebody was on his way to sign it, the creditor took the invitation back.</summary>
    public static RefusedException Withdrawn() => new("link_expired", "The invitation was withdrawn.");

    // Salted with the mandate, so that a code says nothing about another.
    private static string HashOfCode(Mandate mandate, string code) => Secrets.HashOf($"{mandate.Id:n}:{code}");
}

/// <summary>The signed document: wording, parties, signature and its evidence.</summary>
internal static class MandateDocuments
{
    /// <summary>What proves a signature, and what was drawn.</summary>
    public sealed record Signed(SignatureEvidence Evidence, byte[]? Drawing);

    /// <param name="second">Of two who sign: who signed after the first, in whose language the document is.</param>
    public static byte[] Draw(Mandate mandate, Creditor creditor, Profile profile, Signed first, Signed? second, string? place, DateTimeOffset now)
    {
        var t = new Texts(typeof(MandateDocuments).Assembly).In(first.Evidence.Language);
        var wording = AgreementText.Of(profile, creditor, t);
        return MandatePdf.Draw(new()
        {
            Language = DocumentLanguages.FromCode(first.Evidence.Language),
            Title = wording.Title,
            Paragraphs = wording.Paragraphs,
            MandateReference = mandate.Reference,
            CreditorIdentifier = creditor.CreditorIdentifier,
            Creditor = new(creditor.Name, [creditor.Street, $"{creditor.Zip} {creditor.City}".Trim(), t.Country(creditor.Country)], creditor.EnterpriseNumber?.ToString()),
            Debtor = new(mandate.DebtorName ?? "", [mandate.DebtorStreet ?? "", $"{mandate.DebtorZip} {mandate.DebtorCity}".Trim(), t.Country(mandate.DebtorCountry ?? "")]),
            Iban = mandate.DebtorAccount?.ToString(),
            Bic = mandate.DebtorBic?.Value,
            Card = mandate.MaskedMeans,
            Kind = KindOf(mandate.Kind),
            Terms = first.Evidence.Terms,
            Answers = Answers(profile, mandate, t),
            IsRecurrent = true,
            IsB2B = mandate.Scheme is MandateScheme.B2B,
            SignedOn = now.BrusselsDate(),
            SignedAt = place,
            Signature = new(mandate.DebtorName ?? "", first.Drawing),
            Evidence = EvidenceOf(first, t),
            IsSignedByTwo = mandate.CoSigner is not null,
            CoSignature = second is null ? null : new(mandate.CoSignerName ?? "", second.Drawing),
            CoEvidence = second is null ? null : EvidenceOf(second, t),
        });
    }

    private static MandateEvidence EvidenceOf(Signed signed, Texts t)
    {
        var evidence = signed.Evidence;
        var isByCode = evidence.Channel == SignMandate.ByCode;
        return new(evidence.TextHash, evidence.ShownAt, evidence.SignedAt, evidence.Address, evidence.Agent,
            isByCode ? evidence.Channel : null, Shorten(evidence.Destination), null, isByCode ? evidence.Attempts : null, evidence.TextVersion)
        {
            Proof = isByCode || signed.Drawing is not null ? null : string.Join(": ", new[] { MethodOf(evidence.Channel, t), evidence.ProvenName }.OfType<string>()),
        };
    }

    /// <summary>The form to be signed by hand: what is not known yet is a line to write on.</summary>
    public static byte[] Form(Mandate mandate, Customer customer, CreditorFacts facts, string language)
    {
        var (creditor, profile) = (facts.Creditor, facts.ProfileOf(mandate.ProfileId));
        var t = new Texts(typeof(MandateDocuments).Assembly).In(language);
        var wording = AgreementText.Of(profile, creditor, t);
        return MandatePdf.Draw(new()
        {
            Language = DocumentLanguages.FromCode(t.Language),
            Title = wording.Title,
            Paragraphs = wording.Paragraphs,
            MandateReference = mandate.Reference,
            CreditorIdentifier = creditor.CreditorIdentifier,
            Creditor = new(creditor.Name, [creditor.Street, $"{creditor.Zip} {creditor.City}".Trim(), t.Country(creditor.Country)], creditor.EnterpriseNumber?.ToString()),
            Debtor = new(mandate.DebtorName ?? customer.DisplayName, [mandate.DebtorStreet ?? customer.Street ?? "", $"{mandate.DebtorZip ?? customer.Zip} {mandate.DebtorCity ?? customer.City}".Trim(), t.Country(mandate.DebtorCountry ?? customer.Country ?? "")]),
            Iban = mandate.DebtorAccount?.ToString(),
            Bic = mandate.DebtorBic?.Value,
            Kind = KindOf(mandate.Kind),
            Terms = AgreementText.TermsOf(profile, creditor, t.Language),
            Answers = Answers(profile, mandate, t),
            IsRecurrent = true,
            IsB2B = mandate.Scheme is MandateScheme.B2B,
            IsSignedByTwo = mandate.CoSigner is not null || profile.CoSigning is CoSigning.Required,
        });
    }

    private static string MethodOf(string method, Texts t) => PayInvoice.Methods.Contains(method) ? t[$"method.{method}"] : t[$"identify.method.{method}"];

    private static MandateKind KindOf(AgreementKind kind) => kind switch { AgreementKind.CreditCard => MandateKind.Card, AgreementKind.Contract => MandateKind.Contract, _ => MandateKind.DirectDebit };

    // What was answered, and by its fingerprint the document that is agreed to.
    private static IReadOnlyList<(string, string)> Answers(Profile profile, Mandate mandate, Texts t) =>
    [
        .. ProfileAttributes.Answers(profile, mandate.AttributesJson, t),
        .. mandate.ContractHash is { } hash ? [(t["sign.contract"], "SHA-256 " + string.Join(' ', hash.Chunk(8).Select(c => new string(c))))] : Array.Empty<(string, string)>(),
    ];

    internal static string? Shorten(string? address)
    {
        if (address is null || address.IndexOf('@', StringComparison.Ordinal) is not (> 1 and var at)) return address;
        return address[0] + new string('•', at - 1) + address[at..];
    }
}
