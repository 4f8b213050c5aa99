using System.Globalization;
using Domi.Engine.Creditors;
using Domi.Engine.Invoices;
using Domi.Engine.Simulator;
using Domi.Platform;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages;

/// <summary>The sandbox for people: its clock, what the bank did last, and the keys. For this machine alone.</summary>
/// <remarks>A form can be posted from any site; its nonce can only be read here, and it holds for one position of the clock.</remarks>
internal sealed class SimulatorModel(
    EngineDb db, Secrets secrets, CreditorKeys keys, PublicAddress address, DomiSettings settings, JobRunner runner, StepNonces nonces, BusinessClock clock, Texts texts)
    : HostedPage(texts)
{
    private const string Step = "clock";

    public sealed record Outcome(DateTimeOffset At, string Number, PaymentKind Kind, string Method, decimal Amount, string? ReasonCode);

    public DateTimeOffset Now => clock.GetUtcNow();

    public bool RunsAhead => clock.Offset >= TimeSpan.FromMinutes(1);

    public string DaysAhead => clock.Offset.TotalDays.ToString("0.#", PageFormat.CultureOf(Language));

    public DateTimeOffset? BankDueAt { get; private set; }

    public IReadOnlyList<Outcome> Outcomes { get; private set; } = [];

    public IReadOnlyList<(string Name, string Value)> Keys { get; private set; } = [];

    public string Nonce => nonces.Of(Guid.Empty, Step, new(clock.Offset.Ticks, Now, Language));

    private bool IsOpen => settings.Sandbox.Enabled && Sandbox.IsLocal(HttpContext);

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (!IsOpen) return NotFound();

        await ReadAsync(ct);
        return Page();
    }

    public async Task<IActionResult> OnPostAdvanceAsync(int days, string? nonce, CancellationToken ct)
    {
        if (!IsOpen) return NotFound();
        if (days is 1 or 7 && IsCurrent(nonce)) await runner.AdvanceAsync(TimeSpan.FromDays(days), ct);
        return Redirect(At("/simulator"));
    }

    public async Task<IActionResult> OnPostBankAsync(string? nonce, CancellationToken ct)
    {
        if (!IsOpen) return NotFound();
        if (IsCurrent(nonce) && await BankDueAsync(ct) is { } due) await runner.AdvanceAsync(due > Now ? due - Now : TimeSpan.Zero, ct);
        return Redirect(At("/simulator"));
    }

    private bool IsCurrent(string? nonce) => nonces.Read(nonce, Guid.Empty, Step)?.Version == clock.Offset.Ticks;

    private async Task<DateTimeOffset?> BankDueAsync(CancellationToken ct)
    {
        var collection = await db.DirectDebits.MinAsync(d => d.DueAt, ct);
        var mandate = await db.Mandates.MinAsync(m => m.BankAnswersAt, ct);
        return collection is null || mandate < collection ? mandate : collection;
    }

    private async Task ReadAsync(CancellationToken ct)
    {
        BankDueAt = await BankDueAsync(ct);
        Outcomes = await (
            from payment in db.InvoicePayments
            join invoice in db.Invoices on payment.InvoiceId equals invoice.Id
            orderby payment.OccurredAt descending
            select new Outcome(payment.OccurredAt, invoice.Number, payment.Kind, payment.Method, payment.Amount, payment.ReasonCode)).Take(20).ToListAsync(ct);

        var creditor = await db.Creditors.AsNoTracking().OrderBy(c => c.MerchantId).FirstAsync(ct);
        var key = await db.ApiKeys.AsNoTracking().Where(k => k.CreditorId == creditor.Id && k.RevokedAt == null).OrderBy(k => k.CreatedAt).FirstAsync(ct);
        var profiles = await db.Profiles.AsNoTracking().Where(p => p.CreditorId == creditor.Id).OrderBy(p => p.Number).ToListAsync(ct);
        Keys =
        [
            ("baseUrl", address.Of("/creditor")), ("apiKey", secrets.Open(key.KeySealed)),
            ("privateKey", key.PrivateKeySealed is null ? "–" : secrets.Open(key.PrivateKeySealed)), ("websiteKey", keys.WebsiteKey(creditor)),
            ("merchantId", creditor.MerchantId.ToString(CultureInfo.InvariantCulture)),
            .. profiles.Select(p => ("ct " + p.Number.ToString(CultureInfo.InvariantCulture), $"{p.Name} ({p.WireType})")),
        ];
    }
}
