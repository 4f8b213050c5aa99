using Domi.Engine.CollectionRuns;
using Domi.Engine.DirectDebits;
using Domi.Engine.Mandates;
using Domi.Engine.Statements;
using Domi.Engine.Users;
using Domi.Platform;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages.Console;

/// <summary>What stands around every page: whose console it is, and how much waits.</summary>
internal sealed class Frame(EngineDb db, Actor actor, DomiSettings settings, BusinessClock clock)
{
    public sealed record View(string Creditor, string Name, string Initials, int Agreements, int ToBeSent, int Sent, int Unsettled, int Files, int Questions, DateTimeOffset? Sandbox);

    public Actor Actor => actor;

    public async Task<View> ReadAsync(CancellationToken ct)
    {
        var debits = db.DirectDebits.AsNoTracking().Where(d => d.CreditorId == actor.CreditorId && !d.IsSuperseded && d.ArchivedAt == null);
        return new(
            await db.Creditors.AsNoTracking().Where(c => c.Id == actor.CreditorId).Select(c => c.Name).SingleAsync(ct), actor.Name, Pages.Initials.Of(actor.Name),
            await db.Mandates.CountAsync(m => m.CreditorId == actor.CreditorId && m.State == MandateState.Signed, ct),
            await debits.CountAsync(d => d.State == DirectDebitState.Open, ct),
            await debits.CountAsync(d => d.State == DirectDebitState.Sent || (d.State == DirectDebitState.Failed && !d.IsUnsettled && d.SettledBy == null), ct),
            await debits.CountAsync(d => d.IsUnsettled, ct),
            await db.OutgoingFiles.CountAsync(f => f.CreditorId == actor.CreditorId && f.State == OutgoingState.Waiting, ct),
            actor.May(ConsoleRole.Controller) ? await db.StatementItems.CountAsync(i => i.CreditorId == actor.CreditorId && i.Question != null, ct) + await db.BankStatements.CountAsync(s => s.CreditorId == actor.CreditorId && s.State == StatementState.Held, ct) : 0,
            settings.Sandbox.Enabled ? clock.GetUtcNow() : null);
    }
}
