using Domi.Standards.BankFiles;
using Xunit;

namespace Domi.Standards.Tests.BankFiles;

/// <summary>Adds up what a reader hands out, and holds it against what the reader says of it.</summary>
internal sealed class FileJudge
{
    private readonly List<Finding> findings = [];
    private FilePart? last;
    private int parts;
    private Statement? statement;
    private (int Entries, int Pending, long Details, decimal Credits, decimal Debits) sum;
    private (Entry Entry, int Details, decimal Sum, decimal Charges, bool IsKnown)? entry;
    private PaymentMessage? message;
    private (int Count, decimal Sum) payments;

    public string? Format { get; private set; }

    public void Take(FilePart part)
    {
        Assert.False(last is Finding { Severity: Severity.Reject }, "something follows what rejects");
        if (parts++ == 0) Assert.True(part is MessageStart or Finding { Severity: Severity.Reject }, $"the first part is {part}");
        Assert.NotEmpty(part.ToString());
        switch (part)
        {
            case MessageStart start:
                EndPayments();
                (Format, payments) = (start.Format, default);
                break;
            case Finding finding:
                findings.Add(finding);
                break;
            case Statement next:
                Assert.Null(statement);
                Assert.NotEmpty(next.Identity);
                (statement, sum) = (next, default);
                break;
            case Entry next:
                EndEntry();
                Assert.NotNull(statement);
                entry = (next, 0, 0, 0, true);
                sum.Entries++;
                Assert.Equal(sum.Entries, next.Number);
                if (next.State is EntryState.Pending) sum.Pending++;
                if (next.State is EntryState.Booked && next.Amount >= 0) sum.Credits += next.Amount;
                if (next.State is EntryState.Booked && next.Amount < 0) sum.Debits -= next.Amount;
                break;
            case EntryDetail detail:
                var own = entry ?? throw new InvalidOperationException("a detail without an entry");
                Assert.Equal((own.Entry.Number, own.Details + 1), (detail.EntryNumber, detail.Number));
                _ = (detail.Communication, detail.CreditorReference);
                // A part of a part (CODA's 9) is counted with what it is a part of.
                entry = (own.Entry, own.Details + 1, own.Sum + (detail.TransactionCode is ['9', _, _, _, _, _, _, _] ? 0 : detail.Amount ?? 0), own.Charges + detail.Charges, own.IsKnown && detail.Amount is not null && detail.TransactionCode is not ['9', ..]);
                sum.Details++;
                break;
            case StatementEnd end:
                EndEntry();
                Assert.Equal(sum, (end.Entries, end.Pending, end.Details, end.Credits, end.Debits));
                if (end is { Opening: { } opening, Closing: { } closing } && opening.Amount + sum.Credits - sum.Debits != closing.Amount) Told("statement.balance");
                if (end.AddsUp is null && end.Statement is { Kind: FileKind.Statement, Page: 1, IsLastPage: true }) Told("statement.balance");
                statement = null;
                break;
            case PaymentMessage head:
                message = head;
                break;
            case Debit debit:
                payments = (payments.Count + 1, payments.Sum + debit.Amount);
                break;
            case Transfer transfer:
                payments = (payments.Count + 1, payments.Sum + transfer.Amount);
                break;
        }

        last = part;
    }

    public void End()
    {
        Assert.NotEqual(0, parts);
        if (last is Finding { Severity: Severity.Reject }) return;
        Assert.Null(statement);
        EndPayments();
    }

    // What was found about an entry comes with it or after it.
    private void EndEntry()
    {
        if (entry is { IsKnown: true, Details: > 0 } own && Math.Abs(own.Sum - own.Entry.Amount) is var difference && difference != 0 && difference != own.Entry.Charges && difference != own.Charges)
            Assert.Contains(findings, f => f.Rule is "camt.details" or "coda.details");
        entry = null;
    }

    private void EndPayments()
    {
        if (message is null) return;
        if (message.Count != payments.Count) Told("sepa.count");
        if (message.Sum != payments.Sum) Told("sepa.sum");
        message = null;
    }

    private void Told(string rule) => Assert.Contains(findings, f => f.Rule == rule && f.Severity is Severity.Hold);
}
